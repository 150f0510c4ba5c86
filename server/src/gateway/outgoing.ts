import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RoleRoute } from './backend.ts';
import type { Exchange, Sink } from './exchange.ts';
import { droppedInResponse, FIELD } from './fields.ts';
import { latin1 } from './head.ts';
import { refusalMessage, type Refusal } from './refusal.ts';
import { BODY, type ResponseHead } from './response.ts';

/** Answers a request that node:http has read. */
export class ResponseSink implements Sink {
  /** Set as soon as there is one; a short body is read before. */
  exchange: Exchange | null = null;
  readonly #res: ServerResponse;
  readonly #socket: Socket;
  readonly #expects: boolean;

  /** @param expects the client holds its body back until it is told to go on */
  constructor(res: ServerResponse, expects: boolean) {
    this.#res = res;
    this.#socket = res.req.socket;
    this.#expects = expects;
    res.on('drain', () => this.exchange?.resume());
    // Also comes after a complete response, when the exchange no longer minds.
    res.on('close', () => this.exchange?.cancel());
  }

  begin(
    buffer: Buffer,
    head: ResponseHead,
    start: number,
    end: number,
    complete: boolean
  ): boolean {
    const { fields } = head;
    const lines: string[] = [];
    for (let i = 0; i < fields.count; i++) {
      if (!droppedInResponse(fields.field[i]!)) {
        lines.push(
          latin1(buffer, fields.nameStart[i]!, fields.nameEnd[i]!),
          latin1(buffer, fields.valueStart[i]!, fields.valueEnd[i]!)
        );
      }
    }
    if (fields.contentLength >= 0 && head.status !== 204 && head.body !== BODY.chunked) {
      lines.push('content-length', String(fields.contentLength));
    }
    for (const line of this.exchange!.route.responseLines.split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) {
        lines.push(line.slice(0, colon), line.slice(colon + 2));
      }
    }
    const res = this.#res;
    res.writeHead(head.status, latin1(buffer, head.reasonStart, head.reasonEnd), lines);
    if (complete) {
      if (start === end) {
        res.end();
      } else {
        res.end(Buffer.from(buffer.subarray(start, end)));
      }
      return true;
    }
    if (start === end) {
      res.flushHeaders();
      return true;
    }
    return this.data(buffer, start, end);
  }

  data(buffer: Buffer, start: number, end: number): boolean {
    return this.#res.write(Buffer.from(buffer.subarray(start, end)));
  }

  end(): void {
    this.#res.end();
  }

  proceed(): void {
    if (this.#expects) {
      this.#res.writeContinue();
    }
  }

  refuse(refusal: Refusal): void {
    const res = this.#res;
    const language = res.req.headers['accept-language'];
    const message = refusalMessage(refusal, language);
    res.writeHead(message.status, {
      'content-type': message.contentType,
      'content-length': Buffer.byteLength(message.body)
    });
    res.end(message.body);
  }

  cut(): void {
    this.#res.destroy();
  }

  done(): void {
    this.exchange = null;
  }

  // The socket's cork and not the response's, which mixes up its chunks when it ends while corked.
  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }
}

/**
 * The head of a response as a client gets it, without the empty line; for raw sockets.
 *
 * @param text the head as it came, from the status on
 * @param length whether the client is told the length that the replica gave
 */
export function responseLines(
  text: string,
  head: ResponseHead,
  route: RoleRoute,
  length: boolean
): string {
  const { statusStart } = head;
  const { count, field, nameStart } = head.fields;
  let lines = 'HTTP/1.1 ';
  // Lines that stay are mostly neighbours, of each other and of the first: they are taken over in runs.
  let run = 0;
  for (let i = 0; i < count; i++) {
    const known = field[i]!;
    if (known === FIELD.contentLength ? length : !droppedInResponse(known)) {
      run = run < 0 ? nameStart[i]! - statusStart : run;
    } else if (run >= 0) {
      lines += text.slice(run, nameStart[i]! - statusStart);
      run = -1;
    }
  }
  if (run >= 0) {
    lines += text.slice(run, nameStart[count]! - statusStart);
  }
  return lines + route.responseLines;
}
