import sharp from 'sharp';
import { isDiskFull, ProblemError } from '../http/problem.ts';
import type { PackStore } from '../packs/store.ts';
import type { PictureCache } from './cache.ts';

/** Pixels of a picture that is decoded at most: what 1 GiB holds as RGBA. */
const MOST_PIXELS = 268_435_456;

const QUALITY = 80;

// Each picture is small work; the pool here is what bounds it, not libvips' own threads.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Upright WebP thumbnails, made when they are first asked for by a bounded number of decoders and
 * kept by content, so that versions share them.
 */
export class Thumbnails {
  readonly #packs: PackStore;
  readonly #cache: PictureCache;
  readonly #decoders: number;
  readonly #making = new Map<string, Promise<Buffer | null>>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(packs: PackStore, cache: PictureCache, decoders: number) {
    this.#packs = packs;
    this.#cache = cache;
    this.#decoders = decoders;
  }

  /**
   * The thumbnail of a content that fits a square of `size` pixels; smaller pictures keep their size.
   *
   * @throws ProblemError `picture-damaged` where its structure is right but it cannot be decoded
   */
  async get(
    content: { readonly key: number; readonly sha256: string },
    size: number
  ): Promise<Buffer> {
    const name = `${content.sha256}-${size}`;
    const known = this.#cache.get(name);
    const made = known === undefined ? await this.#once(name, content.key, size) : known;
    if (made === null) {
      throw new ProblemError('picture-damaged');
    }
    return made;
  }

  #once(name: string, contentKey: number, size: number): Promise<Buffer | null> {
    let making = this.#making.get(name);
    if (!making) {
      making = this.#make(contentKey, size)
        .then(made => {
          this.#keep(name, made);
          return made;
        })
        .finally(() => this.#making.delete(name));
      this.#making.set(name, making);
    }
    return making;
  }

  #keep(name: string, made: Buffer | null): void {
    try {
      this.#cache.set(name, made);
    } catch (error) {
      // A full disk is no reason not to show the picture.
      if (!isDiskFull(error)) {
        throw error;
      }
    }
  }

  async #make(contentKey: number, size: number): Promise<Buffer | null> {
    while (this.#busy >= this.#decoders) {
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
    this.#busy++;
    try {
      const bytes = await this.#packs.read(contentKey);
      return await decode(bytes, size);
    } finally {
      this.#busy--;
      this.#waiting.shift()?.();
    }
  }
}

/** @returns null for bytes that are no whole picture */
async function decode(bytes: Buffer, size: number): Promise<Buffer | null> {
  try {
    return await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize(size, size, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: QUALITY })
      .toBuffer();
  } catch {
    return null;
  }
}
