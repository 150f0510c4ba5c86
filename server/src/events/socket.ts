import { languageOf, ClientMessage, type ServerMessage } from '@topsdl/contract';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { Authenticator } from '../http/authenticate.ts';
import { problemDocument, ProblemError } from '../http/problem.ts';
import type { Mount } from '../http/server.ts';
import { Feed, type Sink } from './feed.ts';
import type { Events } from './hub.ts';
import type { Topics } from './topics.ts';

const MESSAGE_LIMIT = 64 * 1024;
/** Bytes that may wait for a slow client before it is dropped. */
const BUFFER = 4 * 1024 * 1024;
/** Bytes that wait when a stream pauses until they have gone. */
const PAUSE = 256 * 1024;
const PING = 20_000;
/** Topics that one socket may follow at once. */
const MOST_TOPICS = 64;

/** Close codes: RFC 6455, and one of the private range for a session's end. */
const SESSION_ENDED = 4401;
const POLICY = 1008;
const TRY_LATER = 1013;

/** `GET /ws`: everything that a tab follows, over one WebSocket. */
export function eventSocket(options: {
  events: Events;
  topics: Topics;
  access: Access;
  authenticator: Authenticator;
  version: string;
  log: Logger;
}): Mount & { close(): void } {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_LIMIT,
    perMessageDeflate: false,
    clientTracking: true
  });
  return {
    request() {
      throw new ProblemError('not-found', { kind: 'address' });
    },
    upgrade(req, socket, head) {
      options.authenticator.refuseForeign(req);
      const { caller } = options.authenticator.require(req);
      const language = languageOf(req.headers['accept-language']);
      server.handleUpgrade(req, socket, head, ws => {
        new Connection(ws, caller, language, options).start();
      });
    },
    close() {
      for (const client of server.clients) {
        client.close(TRY_LATER, 'the server stops');
      }
      server.close();
    }
  };
}

type Options = Parameters<typeof eventSocket>[0];

interface Following {
  readonly aborter: AbortController;
  readonly recheck: (caller: Caller) => void;
}

class Connection {
  readonly #ws: WebSocket;
  readonly #options: Options;
  readonly #language: 'en' | 'zh';
  readonly #following = new Map<string, Following>();
  #caller: Caller;
  #feed: Feed | undefined;
  #alive = true;

  constructor(ws: WebSocket, caller: Caller, language: 'en' | 'zh', options: Options) {
    this.#ws = ws;
    this.#caller = caller;
    this.#language = language;
    this.#options = options;
  }

  start(): void {
    const release = this.#options.access.live.hold(
      this.#caller,
      caller => this.#recheck(caller),
      () => {
        this.#ws.close(SESSION_ENDED, 'the session has ended');
        // A peer that does not answer the closing handshake is gone at once all the same.
        setImmediate(() => this.#ws.terminate());
      }
    );
    const ping = setInterval(() => {
      if (!this.#alive) {
        this.#ws.terminate();
        return;
      }
      this.#alive = false;
      this.#ws.ping();
      // A proxy on the way answers pings and hides them, and no browser shows them to a page.
      this.#send({ type: 'alive' });
    }, PING);
    this.#ws.on('pong', () => {
      this.#alive = true;
    });
    this.#ws.on('message', (data, binary) => this.#message(data, binary));
    this.#ws.on('error', error => this.#options.log.debug({ err: error }, 'a socket failed'));
    this.#ws.once('close', () => {
      clearInterval(ping);
      release();
      this.#feed?.close();
      for (const { aborter } of this.#following.values()) {
        aborter.abort();
      }
    });
  }

  #recheck(caller: Caller): void {
    this.#caller = caller;
    if (this.#feed) {
      this.#feed.caller = caller;
    }
    for (const [topic, following] of this.#following) {
      try {
        following.recheck(caller);
      } catch (error) {
        this.#end(topic, error);
      }
    }
  }

  #message(data: unknown, binary: boolean): void {
    const message = binary ? undefined : parse(String(data));
    if (!message || (!this.#feed && message.type !== 'hello')) {
      this.#ws.close(POLICY, 'not a message of this protocol');
      return;
    }
    switch (message.type) {
      case 'hello':
        this.#hello(message.since);
        return;
      case 'subscribe':
        void this.#follow(message.topic, message.from);
        return;
      case 'unsubscribe':
        this.#following.get(message.topic)?.aborter.abort();
        this.#following.delete(message.topic);
    }
  }

  #hello(since: number | undefined): void {
    const { events, access, version } = this.#options;
    this.#feed?.close();
    this.#send({ type: 'welcome', seq: events.seq, version });
    this.#feed = new Feed(events, access, this.#caller, this.#sink(), since);
  }

  async #follow(topic: string, from: string | undefined): Promise<void> {
    this.#following.get(topic)?.aborter.abort();
    const aborter = new AbortController();
    try {
      if (this.#following.size >= MOST_TOPICS && !this.#following.has(topic)) {
        throw new ProblemError('unavailable', { detail: `${MOST_TOPICS} topics at most` });
      }
      const { open, recheck } = this.#options.topics.prepare(this.#caller, topic, from);
      this.#following.set(topic, { aborter, recheck });
      for await (const data of open(aborter.signal)) {
        if (aborter.signal.aborted) {
          return;
        }
        this.#send({ type: 'data', topic, data });
        await this.#drained();
      }
      if (!aborter.signal.aborted) {
        this.#end(topic);
      }
    } catch (error) {
      if (!aborter.signal.aborted) {
        this.#end(topic, error);
      }
    }
  }

  #end(topic: string, error?: unknown): void {
    this.#following.get(topic)?.aborter.abort();
    this.#following.delete(topic);
    if (error === undefined) {
      this.#send({ type: 'end', topic });
      return;
    }
    const problem =
      error instanceof ProblemError ? error : new ProblemError('internal', { reference: topic });
    if (problem !== error) {
      this.#options.log.error({ err: error, topic }, 'a topic failed');
    }
    this.#send({ type: 'end', topic, problem: problemDocument(problem, this.#language) });
  }

  #send(message: ServerMessage): void {
    if (this.#ws.readyState === this.#ws.OPEN) {
      this.#ws.send(JSON.stringify(message));
    }
  }

  #sink(): Sink {
    const ws = this.#ws;
    return {
      send: message => this.#send(message),
      drained: () => this.#drained(),
      get overrun() {
        return ws.bufferedAmount > BUFFER;
      },
      drop: () => ws.terminate()
    };
  }

  /** Waits until the peer has taken enough: a ping's callback comes once all before it is written. */
  async #drained(): Promise<void> {
    if (this.#ws.bufferedAmount > PAUSE && this.#ws.readyState === this.#ws.OPEN) {
      await new Promise<void>(resolve => {
        const done = () => {
          this.#ws.removeListener('close', done);
          resolve();
        };
        this.#ws.once('close', done);
        this.#ws.ping(undefined, undefined, done);
      });
    }
  }
}

function parse(text: string): ClientMessage | undefined {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
