import { withExtension } from '../image/names.ts';
import type { ExportedImage } from './types.ts';

/** Gives every image of an export a path of its own; the same images in the same order get the same. */
export class ExportNames {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** @param folder '' or one that ends with `/` */
  pathOf(folder: string, image: Pick<ExportedImage, 'name' | 'format'>): string {
    const name = image.name.slice(image.name.lastIndexOf('/') + 1);
    const path = folder + withExtension(name, image.format);
    // Compared without case, for those who unpack where case does not count.
    const key = path.normalize('NFC').toLowerCase();
    if (!this.#taken.has(key)) {
      this.#taken.add(key);
      return path;
    }
    const dot = path.lastIndexOf('.');
    for (let n = this.#next.get(key) ?? 2; ; n++) {
      const other = `${path.slice(0, dot)} (${n})${path.slice(dot)}`;
      const otherKey = other.normalize('NFC').toLowerCase();
      if (!this.#taken.has(otherKey)) {
        this.#taken.add(otherKey);
        this.#next.set(key, n + 1);
        return other;
      }
    }
  }
}
