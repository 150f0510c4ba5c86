import type { ServerMessage } from '@topsdl/contract';
import type { Access } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { presentEvent, type Events } from './hub.ts';
import type { EventRow } from './table.ts';
import { maySee } from './visibility.ts';

/** Where a feed writes to. */
export interface Sink {
  send(message: ServerMessage): void;
  /** Resolves when it has taken most of what was sent. */
  drained(): Promise<void>;
  /** Whether it is too far behind to be served further. */
  readonly overrun: boolean;
  /** Ends it. */
  drop(): void;
}

/**
 * The events that one client gets: first those it missed, read from the outbox at the pace at which it
 * takes them, then each as it is committed.
 */
export class Feed {
  readonly #events: Events;
  readonly #access: Access;
  readonly #sink: Sink;
  readonly #stop: () => void;
  caller: Caller;
  #seq: number;
  #live = false;
  #closed = false;

  constructor(
    events: Events,
    access: Access,
    caller: Caller,
    sink: Sink,
    since: number | undefined
  ) {
    this.#events = events;
    this.#access = access;
    this.#sink = sink;
    this.caller = caller;
    this.#seq = since ?? events.seq;
    if (!events.reaches(this.#seq)) {
      this.#seq = events.seq;
      sink.send({ type: 'reset', seq: this.#seq });
    }
    this.#stop = events.on('*', row => {
      if (this.#live) {
        this.#take(row);
      }
    });
    void this.#catchUp();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  async #catchUp(): Promise<void> {
    while (!this.#closed) {
      const rows = this.#events.after(this.#seq);
      if (rows.length === 0) {
        this.#live = true;
        return;
      }
      for (const row of rows) {
        this.#take(row);
      }
      await this.#sink.drained();
    }
  }

  #take(row: EventRow): void {
    if (this.#closed || row.seq <= this.#seq) {
      return;
    }
    this.#seq = row.seq;
    if (!maySee(this.#access, this.caller, row)) {
      return;
    }
    if (this.#sink.overrun) {
      // It can come back and resume; until then its memory is not ours to spend.
      this.close();
      this.#sink.drop();
      return;
    }
    this.#sink.send({ type: 'change', event: presentEvent(row) });
  }
}
