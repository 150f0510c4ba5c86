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
export type Send = (batch: Batch, signal: AbortSignal) => Promise<SaveResult>;

/** Where unsaved batches survive a closed tab, such as the browser's local storage. */
export interface Journal {
  read(): readonly Batch[];
  write(batches: readonly Batch[]): void;
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
  private readonly abort = new AbortController();
  private queue: Batch[];
  /** Revisions the server answered that later batches of the queue are made on. */
  private readonly revisions = new Map<string, number>();
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

  /** Changes of the queue that are newest for their image, to lay over what the server says. */
  unsaved(): ReadonlyMap<string, Change> {
    return new Map(this.queue.flatMap(batch => batch.changes).map(c => [c.imageId, c]));
  }

  /** Takes changes on; a set larger than the limit is split. */
  save(changes: readonly Change[]): void {
    const limit = this.options.limit ?? 10_000;
    for (let start = 0; start < changes.length; start += limit) {
      this.queue.push({
        key: this.options.newKey(),
        changes: changes.slice(start, start + limit)
      });
    }
    this.refused = undefined;
    this.options.journal.write(this.queue);
    this.start();
  }

  /** Resolves when all is saved, or nothing more will be tried. */
  async settled(): Promise<void> {
    await this.running;
  }

  /** Gives up the batch that the server refused, and goes on. */
  discardRefused(): readonly string[] {
    const [first, ...rest] = this.queue;
    if (this.refused === undefined || !first) {
      return [];
    }
    this.refused = undefined;
    const ids = first.changes.map(change => change.imageId);
    this.replace(rest);
    this.options.onConflict(ids);
    this.start();
    return ids;
  }

  dispose(): void {
    this.abort.abort();
  }

  private start(): void {
    if (!this.active) {
      this.active = true;
      this.running = this.run();
    }
  }

  private replace(queue: Batch[]): void {
    this.queue = queue;
    this.options.journal.write(queue);
  }

  private async run(): Promise<void> {
    const { send, backOff, onState, onSaved } = this.options;
    const { signal } = this.abort;
    let tries = 0;
    for (let batch = this.queue[0]; batch && !signal.aborted; batch = this.queue[0]) {
      onState({ kind: tries === 0 ? 'saving' : 'offline', images: this.pending });
      const result = await send(this.rebased(batch), signal);
      if (signal.aborted) {
        break;
      }
      switch (result.kind) {
        case 'saved':
          tries = 0;
          result.revisions.forEach((revision, id) => this.revisions.set(id, revision));
          this.replace(this.queue.slice(1));
          onSaved(batch.changes, result.revisions);
          break;
        case 'conflict':
          tries = 0;
          this.drop(new Set(result.imageIds));
          this.options.onConflict(result.imageIds);
          break;
        case 'unreachable':
          tries += 1;
          onState({ kind: 'offline', images: this.pending });
          await backOff(tries, signal);
          break;
        case 'refused':
          this.refused = result.error ?? new Error('refused');
          onState({ kind: 'refused', images: this.pending, error: result.error });
          this.active = false;
          return;
      }
    }
    this.active = false;
    if (!signal.aborted) {
      this.revisions.clear();
      onState({ kind: 'saved' });
    }
  }

  /**
   * A change that was made before an earlier one of the same image was saved carries the revision of
   * then; what the server answered since is what it is really made on.
   */
  private rebased(batch: Batch): Batch {
    return {
      key: batch.key,
      changes: batch.changes.map(change => ({
        ...change,
        revision: Math.max(change.revision, this.revisions.get(change.imageId) ?? 0)
      }))
    };
  }

  /** Takes images out of every batch; a batch that changes gets a new key, as it says another thing. */
  private drop(ids: ReadonlySet<string>): void {
    const kept = this.queue
      .map(batch => {
        const changes = batch.changes.filter(change => !ids.has(change.imageId));
        return changes.length === batch.changes.length
          ? batch
          : { key: this.options.newKey(), changes };
      })
      .filter(batch => batch.changes.length > 0);
    this.replace(kept);
  }
}
