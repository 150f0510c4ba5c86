import { UNLABELED_FOLDER } from '@topsdl/formats';

const MOST_BYTES = 200;

/**
 * Paths below `images/` by label and name, each given once: a second image of a name gets `-2` before
 * its ending. Whatever images are called, the paths are safe to make on any file system.
 */
export class ImagePaths {
  readonly #given = new Set<string>();
  readonly #next = new Map<string, number>();

  give(label: string | null, name: string): string {
    const folder = `images/${label === null ? UNLABELED_FOLDER : segment(label)}`;
    const parts = name
      .split('/')
      .map(segment)
      .filter(part => part !== '');
    const wanted = `${folder}/${parts.join('_') || 'image'}`;
    let path = wanted;
    // Compared without regard to case: people copy these folders to disks that know no difference.
    for (let number = this.#next.get(wanted) ?? 2; this.#given.has(path.toLowerCase()); number++) {
      path = numbered(wanted, number);
      this.#next.set(wanted, number + 1);
    }
    this.#given.add(path.toLowerCase());
    return path;
  }
}

function numbered(path: string, number: number): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1
    ? `${path.slice(0, dot)}-${number}${path.slice(dot)}`
    : `${path}-${number}`;
}

function segment(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f\\:*?"<>|]/g, '_').replace(/^\.+$/, '_');
  if (Buffer.byteLength(clean) <= MOST_BYTES) {
    return clean;
  }
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && clean.length - dot <= 6 ? clean.slice(dot) : '';
  let stem = [...clean.slice(0, clean.length - ending.length)];
  while (Buffer.byteLength(stem.join('') + ending) > MOST_BYTES) {
    stem = stem.slice(0, -1);
  }
  return stem.join('') + ending;
}
