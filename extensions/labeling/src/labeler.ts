import {
  AnnotationSession,
  Saver,
  type Journal,
  type SaveState,
  type Send,
  type Shape
} from '@topsdl/annotator';
import type { Image } from '@topsdl/contract';

export interface LabelerOptions {
  readonly send: Send;
  readonly journal: Journal;
  readonly backOff: (tries: number, signal: AbortSignal) => Promise<void>;
  readonly onChange: () => void;
  readonly onState: (state: SaveState) => void;
  /** The local changes of these images gave way to someone else's; they have to be asked for anew. */
  readonly onConflict: (imageIds: readonly string[]) => void;
}

/** Puts labels on images: the session and the saver of one dataset version. */
export class Labeler {
  private readonly options: LabelerOptions;
  private readonly session: AnnotationSession;
  private readonly saver: Saver;

  constructor(options: LabelerOptions) {
    this.options = options;
    let session: AnnotationSession | undefined;
    this.saver = new Saver({
      send: options.send,
      journal: options.journal,
      newKey: () => crypto.randomUUID(),
      backOff: options.backOff,
      onState: options.onState,
      onSaved: (changes, revisions) => session?.saved(changes, revisions),
      onConflict: ids => this.yieldTo(ids)
    });
    session = this.session = new AnnotationSession(this.saver, options.onChange);
  }

  get undoTitle(): string | undefined {
    return this.session.undoTitle;
  }

  get redoTitle(): string | undefined {
    return this.session.redoTitle;
  }

  /** Takes over what the server says of images. */
  learn(images: Iterable<Image>): void {
    this.session.learn(
      [...images].map(image => ({
        id: image.id,
        revision: image.revision,
        shapes: image.annotations.map(annotation => annotation.shape)
      }))
    );
  }

  /** The label of an image as it is shown: what was pressed last, saved or not. */
  labelOf(image: Image): string | undefined {
    const shapes: readonly Shape[] = this.session.has(image.id)
      ? this.session.shapes(image.id)
      : image.annotations.map(annotation => annotation.shape);
    return shapes[0]?.labelId;
  }

  /** Labels images; with null they become unlabeled. Returns how many changed. */
  assign(title: string, images: readonly Image[], labelId: string | null): number {
    this.learn(images);
    const shapes: Shape[] = labelId === null ? [] : [{ kind: 'classification', labelId }];
    return this.session.set(title, new Map(images.map(image => [image.id, shapes]))).length;
  }

  undo(): number {
    return this.session.undo().length;
  }

  redo(): number {
    return this.session.redo().length;
  }

  /** Gives up what the server refused for good. */
  discard(): void {
    this.saver.discardRefused();
  }

  /** Resolves when all is saved, or nothing more is tried. */
  settled(): Promise<void> {
    return this.saver.settled();
  }

  /** What is not saved yet is, or waits for the next time. */
  close(): void {
    this.saver.close();
  }

  private yieldTo(ids: readonly string[]): void {
    this.session.conflicted(ids);
    this.options.onConflict(ids);
    this.options.onChange();
  }
}
