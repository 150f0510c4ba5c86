import type { Client } from '@topsdl/client';
import { operations, type Image, type ImageState } from '@topsdl/contract';

/** Which images of a version are looked at. */
export interface ImageFilter {
  readonly state: ImageState;
  readonly search?: string;
  readonly labels?: readonly string[];
  readonly source?: 'manual' | 'auto' | 'import';
  /** Who labeled them. */
  readonly byUserId?: string;
}

const PAGE = 200;

/**
 * The filtered images of a version by their place, loaded a page at a time where one looks. What was
 * loaded stays on screen while it is asked for anew, so that nothing flickers.
 */
export class ImageWindow {
  private readonly client: Client;
  private readonly versionId: string;
  private readonly onChange: () => void;
  private readonly onError: (error: unknown) => void;
  private filter: ImageFilter;
  private rows = new Map<number, Image>();
  private readonly loading = new Map<number, AbortController>();
  /** Pages whose rows are known to be of now. */
  private fresh = new Set<number>();
  private looked: readonly [number, number] = [0, -1];
  private known: number | undefined;

  constructor(
    client: Client,
    versionId: string,
    filter: ImageFilter,
    onChange: () => void,
    onError: (error: unknown) => void
  ) {
    this.client = client;
    this.versionId = versionId;
    this.filter = filter;
    this.onChange = onChange;
    this.onError = onError;
  }

  /** How many images the filter lets through; undefined until the first answer. */
  get total(): number | undefined {
    return this.known;
  }

  at(index: number): Image | undefined {
    return this.rows.get(index);
  }

  /** What is loaded, by place. */
  entries(): IterableIterator<[number, Image]> {
    return this.rows.entries();
  }

  /** Another filter: forgets all. */
  show(filter: ImageFilter): void {
    this.cancel();
    this.filter = filter;
    this.rows = new Map();
    this.fresh = new Set();
    this.known = undefined;
    this.look(0, PAGE - 1);
    this.onChange();
  }

  /** These places are on screen: loads the pages that are missing or old. */
  look(first: number, last: number): void {
    this.looked = [first, last];
    const from = Math.max(0, Math.floor(first / PAGE));
    const to = Math.max(from, Math.floor(Math.max(first, last) / PAGE));
    for (const [page, controller] of this.loading) {
      if (page < from - 1 || page > to + 1) {
        controller.abort();
        this.loading.delete(page);
      }
    }
    for (let page = from; page <= to; page++) {
      const beyond = this.known !== undefined && page > 0 && page * PAGE >= this.known;
      if (!beyond && !this.fresh.has(page) && !this.loading.has(page)) {
        void this.load(page);
      }
    }
  }

  /** Something changed: what is on screen is asked for again, the rest when it is looked at. */
  invalidate(): void {
    this.cancel();
    this.fresh = new Set();
    this.look(...this.looked);
  }

  /** The images at these places, loaded if need be, in order. */
  async gather(places: Iterable<number>, signal?: AbortSignal): Promise<Image[]> {
    const wanted = [...places];
    const missing = new Set(
      wanted.filter(place => !this.rows.has(place)).map(place => Math.floor(place / PAGE))
    );
    for (const page of missing) {
      this.store(page, await this.fetch(page, signal));
    }
    return wanted.flatMap(place => this.rows.get(place) ?? []);
  }

  dispose(): void {
    this.cancel();
  }

  private cancel(): void {
    this.loading.forEach(controller => controller.abort());
    this.loading.clear();
  }

  private async load(page: number): Promise<void> {
    const controller = new AbortController();
    this.loading.set(page, controller);
    try {
      this.store(page, await this.fetch(page, controller.signal));
      this.onChange();
    } catch (error) {
      if (!controller.signal.aborted) {
        this.onError(error);
      }
    } finally {
      if (this.loading.get(page) === controller) {
        this.loading.delete(page);
      }
    }
  }

  private fetch(page: number, signal?: AbortSignal) {
    const { state, search, labels, source, byUserId } = this.filter;
    return this.client.call(
      operations.datasets.listImages,
      {
        params: { versionId: this.versionId },
        query: {
          state,
          skip: page * PAGE,
          limit: PAGE,
          ...(search ? { search } : {}),
          ...(labels?.length ? { labels: labels.join(',') } : {}),
          ...(source ? { source } : {}),
          ...(byUserId ? { byUserId } : {})
        }
      },
      { signal }
    );
  }

  private store(
    page: number,
    answer: { items: Image[]; total: number; totalIsMinimum?: boolean | undefined }
  ): void {
    // A search is counted a little beyond the page only: the grid grows as one scrolls.
    this.known = answer.totalIsMinimum ? Math.max(this.known ?? 0, answer.total) : answer.total;
    this.fresh.add(page);
    for (let offset = 0; offset < PAGE; offset++) {
      const image = answer.items[offset];
      if (image) {
        this.rows.set(page * PAGE + offset, image);
      } else {
        this.rows.delete(page * PAGE + offset);
      }
    }
  }
}
