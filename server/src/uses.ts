import { ProblemError } from './http/problem.ts';

/** Something that still uses a thing. */
export interface Use {
  readonly kind: string;
  readonly name: string;
}

/** What uses a thing of this id; a feature answers for its own objects. */
export type FindUses = (id: string) => readonly Use[];

/** Names that a refusal spells out. */
const NAMED = 5;

/** Who uses what, across features: asked before anything is deleted. */
export class Uses {
  readonly #finders = new Map<string, FindUses[]>();

  /** @param kind of the thing that is used, such as `compute-spec`, `project`, `dataset-version` */
  register(kind: string, find: FindUses): void {
    this.#finders.set(kind, [...(this.#finders.get(kind) ?? []), find]);
  }

  of(kind: string, id: string): Use[] {
    return (this.#finders.get(kind) ?? []).flatMap(find => [...find(id)]);
  }

  /** @throws ProblemError `still-used`, naming what uses it */
  refuseUsed(kind: string, id: string): void {
    const uses = this.of(kind, id);
    if (uses.length > 0) {
      const names = uses.slice(0, NAMED).map(use => `“${use.name}”`);
      const more = uses.length > NAMED ? [`+${uses.length - NAMED}`] : [];
      throw new ProblemError('still-used', { users: [...names, ...more].join(', ') });
    }
  }
}
