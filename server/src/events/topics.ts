import type { Operation } from '@topsdl/contract';
import type { Access } from '../access/access.ts';
import { objectsIn } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import { ProblemError } from '../http/problem.ts';

/** A stream that a client can follow beside the changes: logs, measurements. */
export interface Topic {
  /** Who may call this operation may follow the topic; the first id in its path is the topic's. */
  readonly operation: Operation;
  /**
   * Begins the stream.
   *
   * @param id the object's id
   * @param from where an earlier stream was left, in this topic's own words
   * @param signal aborted when nobody follows any more
   */
  open(id: string, from: string | undefined, signal: AbortSignal): AsyncIterable<unknown>;
}

export interface OpenTopic {
  /** Throws when the caller may not follow it any more. */
  readonly recheck: (caller: Caller) => void;
  readonly open: (signal: AbortSignal) => AsyncIterable<unknown>;
}

const NAME = /^([a-z-]+\.[a-z-]+):([0-9a-f-]{36})$/;

/** The topics that features offer, as `<name>:<id>`. */
export class Topics {
  readonly #access: Access;
  readonly #topics = new Map<string, Topic>();

  constructor(access: Access) {
    this.#access = access;
  }

  define(name: string, topic: Topic): void {
    if (this.#topics.has(name)) {
      throw new Error(`the topic ${name} is defined twice`);
    }
    this.#topics.set(name, topic);
  }

  /**
   * Prepares to follow a topic.
   *
   * @throws ProblemError as the topic's operation would
   */
  prepare(caller: Caller, name: string, from: string | undefined): OpenTopic {
    const [, kind = '', id = ''] = NAME.exec(name) ?? [];
    const topic = this.#topics.get(kind);
    const object = topic && objectsIn(topic.operation.path)[0];
    if (!topic || !object) {
      throw new ProblemError('not-found', { kind: 'topic' });
    }
    const { path, access: rule } = topic.operation;
    const recheck = (current: Caller) => {
      const owner = this.#access.ownerOf(path.slice(0, path.indexOf('}') + 1), {
        [object.name]: id
      });
      this.#access.check(current, rule, owner, object.kind);
    };
    recheck(caller);
    return { recheck, open: signal => topic.open(id, from, signal) };
  }
}
