import type { Holder, Overview } from '@topsdl/contract';

/** Something that holds resources, or waits for them, in a project. */
export type ProjectHolder = Holder & { readonly projectId: string };

/** A feature whose objects hold resources: training, serving, TensorBoard. */
export interface UsageProvider {
  /** What holds resources now; of one project, or of all where it is undefined. */
  running(projectId?: string): readonly ProjectHolder[];
  /** How much of each resource that is together: cores, bytes, cards by `requests.<card>`. */
  used(projectId: string): ReadonlyMap<string, number>;
  /** What waits for room, first in line first. */
  waiting(projectId?: string): readonly ProjectHolder[];
}

/** What features count; runs that run or wait are holders. */
export type CountName = Exclude<keyof Overview['counts'], 'runsRunning' | 'runsWaiting'>;

/** Who uses what now: providers answer, the overview and admission ask. */
export class Usage {
  readonly #providers: UsageProvider[] = [];
  readonly #storage: ((projectId: string) => number)[] = [];
  readonly #counts = new Map<CountName, (projectId: string) => number>();
  readonly #listeners = new Set<(projectId: string) => void>();

  register(provider: UsageProvider): void {
    this.#providers.push(provider);
  }

  /** Adds bytes that a project's objects take; several features add up. It has to be cheap: a counter. */
  registerStorage(bytes: (projectId: string) => number): void {
    this.#storage.push(bytes);
  }

  /** Says how many of something a project has. */
  registerCount(name: CountName, count: (projectId: string) => number): void {
    this.#counts.set(name, count);
  }

  /** To be called when what a project uses has changed, after the commit. */
  changed(projectId: string): void {
    for (const listener of this.#listeners) {
      listener(projectId);
    }
  }

  onChanged(listener: (projectId: string) => void): void {
    this.#listeners.add(listener);
  }

  running(projectId?: string): ProjectHolder[] {
    return this.#providers.flatMap(provider => [...provider.running(projectId)]);
  }

  waiting(projectId?: string): ProjectHolder[] {
    return this.#providers.flatMap(provider => [...provider.waiting(projectId)]);
  }

  count(name: CountName, projectId: string): number {
    return this.#counts.get(name)?.(projectId) ?? 0;
  }

  /** Amounts by resource: cores, bytes, cards; `requests.<card>` for cards. */
  used(projectId: string): Map<string, number> {
    const used = new Map<string, number>([
      ['cpu', 0],
      ['memory', 0],
      ['storage', this.#storage.reduce((sum, bytes) => sum + bytes(projectId), 0)]
    ]);
    for (const provider of this.#providers) {
      for (const [resource, amount] of provider.used(projectId)) {
        used.set(resource, (used.get(resource) ?? 0) + amount);
      }
    }
    return used;
  }
}
