/** A sentence in both languages; `{name}` stands for a parameter. */
export interface Sentence {
  /** HTTP status of a problem; absent for reasons and rules, which travel inside other answers. */
  readonly status?: number;
  readonly en: string;
  readonly zh: string;
}

export type Sentences = Readonly<Record<string, Sentence>>;
