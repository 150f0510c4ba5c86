/** A step that can be taken back: which images had which value before and after. */
export interface Step<V> {
  /** What was done, for the undo button's tooltip. */
  readonly title: string;
  readonly before: ReadonlyMap<string, V>;
  readonly after: ReadonlyMap<string, V>;
}

/** Undo and redo without end. A new step after an undo forgets what had been undone. */
export class History<V> {
  private readonly done: Step<V>[] = [];
  private readonly undone: Step<V>[] = [];

  /** The step that undo would take back. */
  get last(): Step<V> | undefined {
    return this.done.at(-1);
  }

  /** The step that redo would take again. */
  get next(): Step<V> | undefined {
    return this.undone.at(-1);
  }

  push(step: Step<V>): void {
    this.done.push(step);
    this.undone.length = 0;
  }

  undo(): Step<V> | undefined {
    const step = this.done.pop();
    if (step) {
      this.undone.push(step);
    }
    return step;
  }

  redo(): Step<V> | undefined {
    const step = this.undone.pop();
    if (step) {
      this.done.push(step);
    }
    return step;
  }

  /**
   * Takes images out of every step, for those that someone else changed meanwhile: undoing over
   * their work would lose it. Steps that are left empty go.
   */
  forget(ids: ReadonlySet<string>): void {
    for (const steps of [this.done, this.undone]) {
      const kept = steps
        .map(step => ({
          title: step.title,
          before: without(step.before, ids),
          after: without(step.after, ids)
        }))
        .filter(step => step.after.size > 0);
      steps.splice(0, steps.length, ...kept);
    }
  }
}

function without<V>(map: ReadonlyMap<string, V>, ids: ReadonlySet<string>): Map<string, V> {
  return new Map([...map].filter(([id]) => !ids.has(id)));
}
