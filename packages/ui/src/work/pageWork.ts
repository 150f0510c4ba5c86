import { useSyncExternalStore } from 'react';
import { useTops } from '../host.tsx';

/** Long work that this page does itself, such as sending files: it ends when the page is closed. */
export interface PageWork {
  readonly id: number;
  /** What is done, such as “Upload”. */
  readonly title: string;
  /** To what. */
  readonly subject: string;
  /** Share of 1; null until it is known. */
  readonly share: number | null;
  cancel(): void;
}

/** What work is given to tell of itself. */
export interface WorkControl {
  /** Aborted when somebody cancels it. */
  readonly signal: AbortSignal;
  cancel(): void;
  progress(share: number): void;
}

/** The work that runs in this page, for the panel that began it and for Activity. */
export class PageWorks {
  private running: readonly PageWork[] = [];
  private readonly listeners = new Set<() => void>();
  private last = 0;

  /** Listens; as `useSyncExternalStore` wants it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What runs now; the same array until something changes. */
  readonly getState = (): readonly PageWork[] => this.running;

  /** Runs work and shows it meanwhile; its result and its fault are the caller's. */
  async run<T>(
    { title, subject }: Pick<PageWork, 'title' | 'subject'>,
    work: (control: WorkControl) => Promise<T>
  ): Promise<T> {
    const id = ++this.last;
    const aborter = new AbortController();
    const cancel = () => aborter.abort();
    this.set([...this.running, { id, title, subject, share: null, cancel }]);
    try {
      return await work({
        signal: aborter.signal,
        cancel,
        progress: share =>
          this.set(this.running.map(entry => (entry.id === id ? { ...entry, share } : entry)))
      });
    } finally {
      this.set(this.running.filter(entry => entry.id !== id));
    }
  }

  private set(running: readonly PageWork[]): void {
    this.running = running;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** What this page is doing now. */
export function usePageWorks(): readonly PageWork[] {
  const { works } = useTops();
  return useSyncExternalStore(works.subscribe, works.getState);
}
