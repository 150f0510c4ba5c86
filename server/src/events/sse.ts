import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { ServerMessage } from '@topsdl/contract';
import type { Access } from '../access/access.ts';
import type { Authenticator } from '../http/authenticate.ts';
import { ProblemError } from '../http/problem.ts';
import type { Mount } from '../http/server.ts';
import { Feed, type Sink } from './feed.ts';
import type { Events } from './hub.ts';

/** Bytes that may wait for a slow client. */
const BUFFER = 1024 * 1024;
const HEARTBEAT = 15_000;

/**
 * `GET /events`: the changes as server-sent events. Resumes after the number in `Last-Event-ID` or
 * `?since=`; each event is a `ServerMessage` whose `type` is also the event's name.
 */
export function eventStream(
  events: Events,
  access: Access,
  authenticator: Authenticator,
  version: string
): Mount {
  return {
    request(req, res, rest) {
      if (rest !== '' && !rest.startsWith('?')) {
        throw new ProblemError('not-found', { kind: 'address' });
      }
      if (req.method !== 'GET') {
        throw new ProblemError('method-not-allowed', { method: req.method ?? '' });
      }
      const { caller } = authenticator.require(req);
      const since = sinceOf(req, rest);
      openEventStream(res);
      const sink = sinkOf(res);
      const heartbeat = setInterval(() => res.write(':\n\n'), HEARTBEAT);
      sink.send({ type: 'welcome', seq: events.seq, version });
      const feed = new Feed(events, access, caller, sink, since);
      const release = access.live.hold(
        caller,
        current => {
          feed.caller = current;
        },
        () => res.destroy()
      );
      res.once('close', () => {
        clearInterval(heartbeat);
        feed.close();
        release();
      });
    }
  };
}

/** Begins an answer of server-sent events. */
export function openEventStream(res: ServerResponse): void {
  res.statusCode = 200;
  res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('X-Accel-Buffering', 'no');
  res.flushHeaders();
}

/**
 * Sends what a stream yields as server-sent events, no faster than the client reads, and ends the answer.
 *
 * @param name of the events
 */
export async function streamEvents(
  res: ServerResponse,
  name: string,
  items: AsyncIterable<unknown>
): Promise<void> {
  openEventStream(res);
  const heartbeat = setInterval(() => res.write(':\n\n'), HEARTBEAT);
  try {
    for await (const item of items) {
      if (res.destroyed) {
        return;
      }
      if (!res.write(`event: ${name}\ndata: ${JSON.stringify(item)}\n\n`)) {
        await drain(res);
      }
    }
    res.end();
  } finally {
    clearInterval(heartbeat);
  }
}

function sinkOf(res: ServerResponse): Sink {
  return {
    send(message: ServerMessage) {
      // Where to resume: the welcome comes before what was missed.
      const place =
        message.type === 'change'
          ? message.event.seq
          : message.type === 'reset'
            ? message.seq
            : undefined;
      const id = place === undefined ? '' : `id: ${place}\n`;
      res.write(`${id}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`);
    },
    drained: () => drain(res),
    get overrun() {
      return res.writableLength > BUFFER;
    },
    drop: () => res.destroy()
  };
}

async function drain(res: ServerResponse): Promise<void> {
  if (res.writableNeedDrain && !res.destroyed) {
    await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
}

function sinceOf(req: IncomingMessage, rest: string): number | undefined {
  const given = req.headers['last-event-id'] ?? new URLSearchParams(rest.slice(1)).get('since');
  if (given === undefined || given === null) {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(String(given))) {
    throw new ProblemError('invalid', {}, undefined, {
      fields: [{ field: 'query.since', code: 'rule.format', params: {} }]
    });
  }
  return Number(given);
}
