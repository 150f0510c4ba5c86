import type { Shape } from './shapes/registry.ts';

/** An image's shapes as they are to be, and the revision they were made on. */
export interface Change {
  readonly imageId: string;
  readonly revision: number;
  readonly shapes: readonly Shape[];
}

/** A batch on its way; the key makes sending it twice harmless. */
export interface Batch {
  readonly key: string;
  readonly changes: readonly Change[];
}

export type SaveResult =
  /** All of it is saved: the images' new revisions. */
  | { readonly kind: 'saved'; readonly revisions: ReadonlyMap<string, number> }
  /** None of it is: these images were changed by someone else. */
  | { readonly kind: 'conflict'; readonly imageIds: readonly string[] }
  /** Nobody knows: try the same batch again. */
  | { readonly kind: 'unreachable' }
  /** It will never be taken. */
  | { readonly kind: 'refused'; readonly error: unknown };

/** Where the saver sends its batches. */
export type Send = (batch: Batch) => Promise<SaveResult>;

/**
 * Where unsaved batches survive a closed tab, such as the browser's local storage. Several savers may
 * share it: each keeps and forgets its own batches.
 */
export interface Journal {
  /** What was kept, in the order it was. */
  read(): readonly Batch[];
  /** @param insteadOf the key of a batch whose place it takes */
  keep(batch: Batch, insteadOf?: string): void;
  /** Does nothing for a batch that is not there. */
  forget(key: string): void;
}

export type SaveState =
  | { readonly kind: 'saved' }
  | { readonly kind: 'saving'; readonly images: number }
  | { readonly kind: 'offline'; readonly images: number }
  | { readonly kind: 'refused'; readonly images: number; readonly error: unknown };

export interface SaverOptions {
  readonly send: Send;
  readonly journal: Journal;
  readonly newKey: () => string;
  /** Largest batch. */
  readonly limit?: number;
  /** Waits before the next try; resolves early when told that the connection is back. */
  readonly backOff: (tries: number, signal: AbortSignal) => Promise<void>;
  readonly onState: (state: SaveState) => void;
  readonly onSaved: (changes: readonly Change[], revisions: ReadonlyMap<string, number>) => void;
  /** These images' local changes were dropped; their newest state has to be fetched. */
  readonly onConflict: (imageIds: readonly string[]) => void;
}

/**
 * Saves changes in the order they were made, one batch at a time. A batch is in the journal from
 * before it is sent until it is known to be saved, so that neither a crash nor a closed tab loses
 * it, and its key keeps it from being saved twice.
 */
export class Saver {
  private readonly options: SaverOptions;
  private readonly closed = new AbortController();
  private queue: Batch[];
  private running: Promise<void> = Promise.resolve();
  /** Falls in the same turn as the loop's last look at the queue, so that no batch is left behind. */
  private active = false;
  private refused: unknown;

  constructor(options: SaverOptions) {
    this.options = options;
    this.queue = [...options.journal.read()];
    if (this.queue.length > 0) {
      this.start();
    }
  }

  /** Images with changes that are not known to be saved. */
  get pending(): number {
    return new Set(this.queue.flatMap(batch => batch.changes.map(change => change.imageId))).size;
  }

  /** Takes changes on; a set larger than the limit is split. */
  save(changes: readonly Change[]): void {
    const limit = this.options.limit ?? 10_000;
    for (let start = 0; start < changes.length; start += limit) {
      const batch = {
        key: this.options.newKey(),
        changes: changes.slice(start, start + limit)
      };
      this.queue.push(batch);
      this.options.journal.keep(batch);
    }
    this.refused = undefined;
    this.start();
  }

  /** Resolves when all is saved, or nothing more will be tried. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** Gives up the batch that the server refused, and goes on. */
  discardRefused(): readonly string[] {
    const [first] = this.queue;
    if (this.refused === undefined || !first) {
      return [];
    }
    this.refused = undefined;
    const ids = first.changes.map(change => change.imageId);
    this.done(first);
    this.options.onConflict(ids);
    this.start();
    return ids;
  }

  /**
   * Goes on until all is sent; what cannot be at once stays in the journal. Nobody is told anything from
   * now on.
   */
  close(): void {
    this.closed.abort();
  }

  private start(): void {
    if (!this.active) {
      this.active = true;
      this.running = this.run();
    }
  }

  private done(batch: Batch): void {
    this.queue = this.queue.filter(({ key }) => key !== batch.key);
    this.options.journal.forget(batch.key);
  }

  private tell(state: SaveState): void {
    if (!this.closed.signal.aborted) {
      this.options.onState(state);
    }
  }

  private async run(): Promise<void> {
    let tries = 0;
    for (let batch = this.queue[0]; batch; batch = this.queue[0]) {
      this.tell({ kind: tries === 0 ? 'saving' : 'offline', images: this.pending });
      const result = await this.options.send(batch);
      if (result.kind === 'refused') {
        this.refused = result.error ?? new Error('refused');
        this.tell({ kind: 'refused', images: this.pending, error: result.error });
        this.active = false;
        return;
      }
      if (result.kind === 'unreachable') {
        if (this.closed.signal.aborted) {
          this.active = false;
          return;
        }
        tries += 1;
        this.tell({ kind: 'offline', images: this.pending });
        await this.options.backOff(tries, this.closed.signal);
      } else {
        tries = 0;
        this.settle(batch, result);
      }
    }
    this.active = false;
    this.tell({ kind: 'saved' });
  }

  private settle(batch: Batch, result: Extract<SaveResult, { kind: 'saved' | 'conflict' }>): void {
    const { onSaved, onConflict } = this.options;
    if (result.kind === 'saved') {
      this.done(batch);
      this.rebase(result.revisions);
    } else {
      this.drop(new Set(result.imageIds));
    }
    if (this.closed.signal.aborted) {
      return;
    }
    if (result.kind === 'saved') {
      onSaved(batch.changes, result.revisions);
    } else {
      onConflict(result.imageIds);
    }
  }

  /**
   * A change that was made before an earlier one of the same image was saved carries the revision of
   * then; what the server answered is what it is really made on, also for whoever reads the journal.
   */
  private rebase(revisions: ReadonlyMap<string, number>): void {
    const isOld = ({ imageId, revision }: Change) => (revisions.get(imageId) ?? 0) > revision;
    this.queue = this.queue.map(batch => {
      if (!batch.changes.some(isOld)) {
        return batch;
      }
      const rebased = {
        key: batch.key,
        changes: batch.changes.map(change =>
          isOld(change) ? { ...change, revision: revisions.get(change.imageId)! } : change
        )
      };
      this.options.journal.keep(rebased, batch.key);
      return rebased;
    });
  }

  /** Takes images out of every batch; a batch that changes gets a new key, as it says another thing. */
  private drop(ids: ReadonlySet<string>): void {
    const { journal, newKey } = this.options;
    this.queue = this.queue.flatMap(batch => {
      const changes = batch.changes.filter(change => !ids.has(change.imageId));
      if (changes.length === batch.changes.length) {
        return [batch];
      }
      if (changes.length === 0) {
        journal.forget(batch.key);
        return [];
      }
      const rest = { key: newKey(), changes };
      journal.keep(rest, batch.key);
      return [rest];
    });
  }
}
