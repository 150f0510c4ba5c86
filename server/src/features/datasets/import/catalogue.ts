import type { ImageFormat } from '../../../library/codes.ts';

const HASH_BYTES = 32;
const FIRST_CAPACITY = 1024;

/** What is kept of each picture until the labels of all are known. */
export interface Found {
  readonly path: string;
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly sha256: Uint8Array;
  /** Where the bytes were written; null if they were stored before. */
  readonly stored: {
    readonly packId: number;
    readonly offset: number;
    readonly length: number;
  } | null;
}

/**
 * The pictures that were found so far, packed tightly: an import may have two million, and labels can
 * only be told once all paths are known.
 */
export class Catalogue {
  readonly #paths: string[] = [];
  #hashes = new Uint8Array(FIRST_CAPACITY * HASH_BYTES);
  /** Format, width, height, orientation, pack (−1 if stored before), offset, length. */
  #numbers = new Float64Array(FIRST_CAPACITY * 7);

  get size(): number {
    return this.#paths.length;
  }

  add(found: Found): void {
    const index = this.#paths.push(found.path) - 1;
    if (index * HASH_BYTES >= this.#hashes.length) {
      this.#grow();
    }
    this.#hashes.set(found.sha256, index * HASH_BYTES);
    const { stored } = found;
    this.#numbers.set(
      [
        found.format === 'jpeg' ? 0 : 1,
        found.width,
        found.height,
        found.orientation,
        stored?.packId ?? -1,
        stored?.offset ?? 0,
        stored?.length ?? 0
      ],
      index * 7
    );
  }

  #grow(): void {
    const hashes = new Uint8Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  paths(): readonly string[] {
    return this.#paths;
  }

  at(index: number): Found {
    const [format, width, height, orientation, packId, offset, length] = this.#numbers.subarray(
      index * 7,
      index * 7 + 7
    ) as unknown as [number, number, number, number, number, number, number];
    return {
      path: this.#paths[index]!,
      format: format === 0 ? 'jpeg' : 'png',
      width,
      height,
      orientation,
      sha256: this.#hashes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES),
      stored: packId < 0 ? null : { packId, offset, length }
    };
  }
}
