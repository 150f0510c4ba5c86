import { History } from './history.ts';
import type { Change, Saver } from './saver.ts';
import { sameShapes, type Shape } from './shapes/registry.ts';

/** An image as the server last said it. */
export interface KnownImage {
  readonly id: string;
  readonly revision: number;
  readonly shapes: readonly Shape[];
}

/** Shapes that were set here and are on their way. */
interface Unsaved {
  readonly shapes: readonly Shape[];
  /** How many changes of the image are not known to be saved. */
  readonly changes: number;
}

/**
 * The shapes of the images on screen: what the server said, with the changes made here laid over it.
 * Every change is one step of undo and goes to the saver at once.
 */
export class AnnotationSession {
  private readonly known = new Map<string, KnownImage>();
  private readonly local = new Map<string, Unsaved>();
  private readonly history = new History<readonly Shape[]>();
  private readonly saver: Pick<Saver, 'save'>;
  private readonly onChange: (ids: readonly string[]) => void;

  constructor(saver: Pick<Saver, 'save'>, onChange: (ids: readonly string[]) => void) {
    this.saver = saver;
    this.onChange = onChange;
  }

  get undoTitle(): string | undefined {
    return this.history.last?.title;
  }

  get redoTitle(): string | undefined {
    return this.history.next?.title;
  }

  /** Takes over what the server says; an older revision than is known is passed over. */
  learn(images: readonly KnownImage[]): void {
    const changed: string[] = [];
    const foreign = new Set<string>();
    for (const image of images) {
      const before = this.known.get(image.id);
      if (before && before.revision > image.revision) {
        continue;
      }
      const shown = this.shapes(image.id);
      this.known.set(image.id, image);
      if (before && !this.local.has(image.id) && !sameShapes(shown, image.shapes)) {
        foreign.add(image.id);
      }
      if (!before || !sameShapes(shown, this.shapes(image.id))) {
        changed.push(image.id);
      }
    }
    if (foreign.size > 0) {
      this.history.forget(foreign);
    }
    if (changed.length > 0) {
      this.onChange(changed);
    }
  }

  /** Shapes of an image as they are shown. */
  shapes(id: string): readonly Shape[] {
    return this.local.get(id)?.shapes ?? this.known.get(id)?.shapes ?? [];
  }

  has(id: string): boolean {
    return this.known.has(id);
  }

  /**
   * Sets the shapes of images as one step.
   *
   * @returns the ids of those that changed
   */
  set(title: string, wanted: ReadonlyMap<string, readonly Shape[]>): readonly string[] {
    const before = new Map<string, readonly Shape[]>();
    const after = new Map<string, readonly Shape[]>();
    for (const [id, shapes] of wanted) {
      if (this.known.has(id) && !sameShapes(this.shapes(id), shapes)) {
        before.set(id, this.shapes(id));
        after.set(id, shapes);
      }
    }
    if (after.size > 0) {
      this.history.push({ title, before, after });
      this.apply(after);
    }
    return [...after.keys()];
  }

  undo(): readonly string[] {
    const step = this.history.undo();
    return step ? this.apply(step.before) : [];
  }

  redo(): readonly string[] {
    const step = this.history.redo();
    return step ? this.apply(step.after) : [];
  }

  /** The saver has saved these. */
  saved(changes: readonly Change[], revisions: ReadonlyMap<string, number>): void {
    for (const { imageId: id, shapes } of changes) {
      const revision = revisions.get(id);
      const known = this.known.get(id);
      if (!known || revision === undefined) {
        continue;
      }
      if (revision > known.revision) {
        this.known.set(id, { id, revision, shapes });
      }
      // What was set since may say the same; it is not saved for that.
      const local = this.local.get(id);
      if (local && local.changes > 1) {
        this.local.set(id, { ...local, changes: local.changes - 1 });
      } else {
        this.local.delete(id);
      }
    }
  }

  /** Someone else changed these: what was done here to them is given up, undo included. */
  conflicted(ids: readonly string[]): void {
    for (const id of ids) {
      this.local.delete(id);
    }
    this.history.forget(new Set(ids));
    this.onChange(ids);
  }

  private apply(values: ReadonlyMap<string, readonly Shape[]>): readonly string[] {
    const changes: Change[] = [];
    for (const [id, shapes] of values) {
      const known = this.known.get(id);
      if (known) {
        this.local.set(id, { shapes, changes: (this.local.get(id)?.changes ?? 0) + 1 });
        changes.push({ imageId: id, revision: known.revision, shapes });
      }
    }
    this.saver.save(changes);
    this.onChange(changes.map(change => change.imageId));
    return changes.map(change => change.imageId);
  }
}
