import type { EntryProblem } from '../problem.ts';
import { ArchiveError } from '../problem.ts';
import type { ArchiveLimits } from './types.ts';

/** The longest name of one part on the file systems that data is handed out on. */
const PART_BYTES = 255;

/** Control characters, and the marks that turn the direction of text: names made to deceive. */

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;

const UNSAFE_ALL = new RegExp(UNSAFE.source, 'gu');

const DRIVE = /^[A-Za-z]:/;

/** `..`, also with its dots written as in an address. */
const PARENT = /^(?:\.|%2e){2}$/i;

/** What operating systems leave in archives and folders. */
const SYSTEM_FILES = new Set([
  '.ds_store',
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '.localized'
]);
const SYSTEM_FOLDERS = new Set([
  '__macosx',
  '.appledouble',
  '.spotlight-v100',
  '.trashes',
  '.fseventsd',
  '@eadir',
  '$recycle.bin',
  'system volume information'
]);

/** A path that can be shown whatever it holds. */
export function shownPath(path: string): string {
  return path.replace(UNSAFE_ALL, '\ufffd').slice(0, 1024);
}

export type CheckedPath =
  | { readonly ok: true; readonly path: string; readonly directory: boolean }
  | { readonly ok: false; readonly problem: EntryProblem };

const refuse = (problem: EntryProblem): CheckedPath => ({ ok: false, problem });

/**
 * Makes a relative path of a decoded name: NFC, `/` between parts (`\` counts as one), `.` parts
 * dropped. A path that is absolute, names a drive or has a `..` part is refused rather than repaired.
 */
export function checkPath(name: string, limits: ArchiveLimits): CheckedPath {
  if (Buffer.byteLength(name) > limits.pathBytes) {
    return refuse({ code: 'entry.nameLength', params: { limit: limits.pathBytes } });
  }
  if (UNSAFE.test(name) || !name.isWellFormed()) {
    return refuse({ code: 'entry.name', params: {} });
  }
  const slashed = name.includes('\\') ? name.replaceAll('\\', '/') : name;
  if (slashed.startsWith('/') || DRIVE.test(slashed)) {
    return refuse({ code: 'entry.escape', params: {} });
  }
  const parts: string[] = [];
  for (const part of slashed.normalize('NFC').split('/')) {
    if (PARENT.test(part)) {
      return refuse({ code: 'entry.escape', params: {} });
    }
    if (Buffer.byteLength(part) > PART_BYTES) {
      return refuse({ code: 'entry.nameLength', params: { limit: PART_BYTES } });
    }
    if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return { ok: true, path: parts.join('/'), directory: /(?:^|\/)\.?$/.test(slashed) };
}

/** Whether a path is of the operating system's making. */
export function isSystemPath(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  const name = parts.pop() ?? '';
  return (
    SYSTEM_FILES.has(name) ||
    name.startsWith('._') ||
    SYSTEM_FOLDERS.has(name) ||
    parts.some(part => SYSTEM_FOLDERS.has(part))
  );
}

/**
 * Remembers the paths of an archive, so that none is taken twice and none lies below something that
 * is not a directory: a link followed by a file through it is the oldest trick with archives.
 */
export class PathRegistry {
  readonly #limits: ArchiveLimits;
  readonly #leaves = new Set<string>();
  readonly #directories = new Set<string>();
  #entries = 0;
  #bytes = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Counts an entry of any kind. @throws ArchiveError there are too many of them */
  count(nameBytes: number): void {
    this.#entries++;
    this.#bytes += nameBytes;
    if (this.#entries > this.#limits.entries) {
      throw new ArchiveError('archive.entries', { limit: this.#limits.entries });
    }
    if (this.#bytes > this.#limits.pathBytesTotal) {
      throw new ArchiveError('archive.names', { limit: this.#limits.pathBytesTotal });
    }
  }

  /** @returns false if the path is taken, or lies below one that is not a directory's */
  add(path: string, directory: boolean): boolean {
    if (this.#leaves.has(path) || (!directory && this.#directories.has(path))) {
      return false;
    }
    if (!this.#addParents(path)) {
      return false;
    }
    (directory ? this.#directories : this.#leaves).add(path);
    return true;
  }

  #addParents(path: string): boolean {
    const parents: string[] = [];
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      if (this.#directories.has(parent)) {
        break;
      }
      if (this.#leaves.has(parent)) {
        return false;
      }
      parents.push(parent);
    }
    for (const parent of parents) {
      this.#directories.add(parent);
    }
    return true;
  }
}
