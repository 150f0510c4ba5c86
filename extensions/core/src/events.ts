import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { ChangeEvent, ClientMessage } from '@topsdl/contract';
import type { ConnectionStatus, ITopicListener, ITopsEvents } from '@topsdl/lab';
import { pauseAfter } from './pause.ts';

/** What of a WebSocket is used, so that a test can stand in for one. */
export type Socket = Pick<
  WebSocket,
  'send' | 'close' | 'readyState' | 'onopen' | 'onmessage' | 'onclose'
>;

export interface EventsOptions {
  readonly connect: () => Socket;
  /** Runs something later and says how to call it off; `setTimeout` outside of tests. */
  readonly later?: (run: () => void, milliseconds: number) => () => void;
}

const OPEN = 1;
/** How long the server may say nothing; it says that it lives every 20 s. */
const SILENCE = 50_000;

interface Incoming {
  readonly type: string;
  readonly seq?: number;
  readonly event?: ChangeEvent;
  readonly topic?: string;
  readonly data?: unknown;
  readonly problem?: unknown;
}

/**
 * The one WebSocket of this tab. It resumes by the sequence number of the last event it saw, and
 * subscribes anew to every topic, each from where its listener says it is.
 */
export class TopsEvents implements ITopsEvents, IDisposable {
  private readonly options: Required<EventsOptions>;
  private readonly topics = new Map<string, ITopicListener>();
  private readonly onChanged = new Signal<this, ChangeEvent>(this);
  private readonly onReset = new Signal<this, void>(this);
  private readonly onStatus = new Signal<this, ConnectionStatus>(this);
  private socket: Socket | null = null;
  private seen: number | undefined;
  private failures = 0;
  private callOff: (() => void) | null = null;
  private stopWaiting: (() => void) | null = null;
  private current: ConnectionStatus = 'idle';
  private disposed = false;

  constructor(options: EventsOptions) {
    this.options = {
      later: (run, milliseconds) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      ...options
    };
  }

  get status(): ConnectionStatus {
    return this.current;
  }

  get statusChanged(): ISignal<this, ConnectionStatus> {
    return this.onStatus;
  }

  get changed(): ISignal<this, ChangeEvent> {
    return this.onChanged;
  }

  get reset(): ISignal<this, void> {
    return this.onReset;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Connects, if it is not; begins again at once where it waits for its next try. */
  open(): void {
    if (this.disposed || this.socket) {
      return;
    }
    this.callOff?.();
    this.callOff = null;
    const socket = this.options.connect();
    this.socket = socket;
    this.settle('connecting');
    this.awaitWord();
    socket.onopen = () => {
      this.send(this.seen === undefined ? { type: 'hello' } : { type: 'hello', since: this.seen });
      for (const [topic, listener] of this.topics) {
        this.sendSubscription(topic, listener);
      }
    };
    socket.onmessage = message => {
      this.awaitWord();
      this.receive(String(message.data));
    };
    socket.onclose = () => this.onClose();
  }

  /** Disconnects and forgets where it was: what comes next is another user's. */
  close(): void {
    this.callOff?.();
    this.callOff = null;
    this.seen = undefined;
    this.failures = 0;
    this.drop();
    this.settle('idle');
  }

  subscribe(topic: string, listener: ITopicListener): IDisposable {
    this.topics.set(topic, listener);
    this.sendSubscription(topic, listener);
    let disposed = false;
    return {
      get isDisposed() {
        return disposed;
      },
      dispose: () => {
        if (!disposed) {
          disposed = true;
          if (this.topics.get(topic) === listener) {
            this.topics.delete(topic);
            this.send({ type: 'unsubscribe', topic });
          }
        }
      }
    };
  }

  dispose(): void {
    if (!this.disposed) {
      this.close();
      this.disposed = true;
      Signal.clearData(this);
    }
  }

  /** A connection whose other end has gone without a word, as with a network that changes, breaks by silence alone. */
  private awaitWord(): void {
    this.stopWaiting?.();
    this.stopWaiting = this.options.later(() => this.onClose(), SILENCE);
  }

  private drop(): void {
    this.stopWaiting?.();
    this.stopWaiting = null;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onclose = socket.onmessage = socket.onopen = null;
      socket.close();
    }
  }

  private onClose(): void {
    this.drop();
    this.failures += 1;
    // A little chance in the pause keeps many tabs from knocking together after a restart.
    const pause = pauseAfter(this.failures) * (0.75 + Math.random() / 2);
    this.callOff = this.options.later(() => this.open(), pause);
    this.settle('lost');
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as Incoming;
    switch (message.type) {
      case 'welcome':
        this.failures = 0;
        // Without a place to resume from, this is it.
        this.seen ??= message.seq;
        this.settle('open');
        break;
      case 'change':
        if (message.event && !(this.seen !== undefined && message.event.seq <= this.seen)) {
          this.seen = message.event.seq;
          this.onChanged.emit(message.event);
        }
        break;
      case 'reset':
        this.seen = message.seq;
        this.onReset.emit();
        break;
      case 'data':
        this.topics.get(message.topic ?? '')?.onData(message.data);
        break;
      case 'end': {
        const listener = this.topics.get(message.topic ?? '');
        this.topics.delete(message.topic ?? '');
        listener?.onEnd?.(message.problem);
        break;
      }
    }
  }

  private sendSubscription(topic: string, listener: ITopicListener): void {
    const from = listener.from?.();
    this.send(
      from === undefined ? { type: 'subscribe', topic } : { type: 'subscribe', topic, from }
    );
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  private settle(status: ConnectionStatus): void {
    if (status !== this.current) {
      this.current = status;
      this.onStatus.emit(status);
    }
  }
}
