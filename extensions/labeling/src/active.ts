/** What a labeling panel can be told by a key. */
export interface LabelingActions {
  /** The element that holds the panel's grid. */
  readonly node: HTMLElement;
  /** Labels the selection with the label that has this number key. */
  assignByKey(key: string): void;
  /** Takes the label of the selection away. */
  unlabel(): void;
  undo(): void;
  redo(): void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** The labeling panels that are open; keys go to the one that holds the focus. */
export class ActiveLabeling {
  private readonly panels = new Set<LabelingActions>();

  /** @returns takes the panel out again */
  add(panel: LabelingActions): () => void {
    this.panels.add(panel);
    return () => this.panels.delete(panel);
  }

  get current(): LabelingActions | undefined {
    return [...this.panels].find(panel => panel.node.contains(document.activeElement));
  }
}
