import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { ChangeEvent } from '@topsdl/contract';

export type ConnectionStatus = 'idle' | 'connecting' | 'open' | 'lost';

/** A stream that the server sends for one topic, such as `training.logs:<run id>`. */
export interface ITopicListener {
  /** One message of the stream, as the contract has it for the topic. */
  onData(data: unknown): void;
  /** The stream is over; with the problem it ended by, if any. */
  onEnd?(problem: unknown): void;
  /** Where to begin, asked at every new connection, so that nothing comes twice or is missed. */
  from?(): string | undefined;
}

/** All events of the companion, over one WebSocket a browser tab. */
export interface ITopsEvents {
  readonly status: ConnectionStatus;
  readonly statusChanged: ISignal<ITopsEvents, ConnectionStatus>;
  /** Each change that was committed, in order, once; a broken connection resumes where it was. */
  readonly changed: ISignal<ITopsEvents, ChangeEvent>;
  /** Changes were missed: whatever is cached must be asked for again. */
  readonly reset: ISignal<ITopsEvents, void>;
  /** Connects, if it is not connected: the session's business. */
  open(): void;
  /** Disconnects, and forgets where it was. */
  close(): void;
  /** Listens to a topic until disposed; a topic has one listener a tab. */
  subscribe(topic: string, listener: ITopicListener): IDisposable;
}

export const ITopsEvents = new Token<ITopsEvents>(
  '@topsdl/lab:ITopsEvents',
  'Live changes and streams of the TopsDL companion.'
);
