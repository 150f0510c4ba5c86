import type { EntryProblem } from '../problem.ts';

/** Kinds of archives that can be read. */
export type ArchiveKind = 'zip' | 'tar' | 'tar.gz';

/** What an archive may cost. All sizes are bytes. */
export interface ArchiveLimits {
  /** Of the archive file itself. */
  readonly archiveBytes: number;
  /** Of all entries unpacked. */
  readonly unpackedBytes: number;
  /**
   * Unpacked over packed, once more than `ratioFloorBytes` have been unpacked. A single entry beyond it is
   * refused and counts no further, as long as others are there to be taken.
   */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** Of such entries of a tar.gz, which have to be unpacked for what follows them. */
  readonly bombBytes: number;
  /** Entries of any kind. */
  readonly entries: number;
  /** Of one entry that is read; it is held in memory whole. */
  readonly entryBytes: number;
  /** Of one entry's path, in UTF-8. */
  readonly pathBytes: number;
  /** Of all paths together. */
  readonly pathBytesTotal: number;
}

export const DEFAULT_LIMITS: ArchiveLimits = {
  archiveBytes: 5 * 1024 ** 3,
  unpackedBytes: 20 * 1024 ** 3,
  ratio: 100,
  ratioFloorBytes: 64 * 1024 ** 2,
  bombBytes: 4 * 1024 ** 3,
  entries: 2_000_000,
  entryBytes: 128 * 1024 ** 2,
  pathBytes: 1024,
  pathBytesTotal: 192 * 1024 ** 2
};

interface EntryBase {
  /**
   * Decoded, NFC, parts joined by `/`, no leading `./`. Of a refused entry it is what can be shown:
   * control characters replaced and cut to 1024 characters.
   */
  readonly path: string;
}

/** A regular file whose path is safe and new. */
export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  /** Bytes unpacked, as declared. */
  readonly size: number;
  /**
   * The whole content, checked against what the archive says about it (size, CRC-32). It is a view
   * into a buffer that is used again: valid until the iterator is advanced. Call it at most once;
   * an entry that is not read costs nothing but the way past it.
   *
   * @throws EntryError the entry is refused, the iteration can go on
   * @throws ArchiveError the archive is refused
   */
  read(): Promise<Buffer>;
}

export interface DirectoryEntry extends EntryBase {
  readonly kind: 'directory';
}

/** Not taken, with the reason: a link, a device, an escaping path, a path that was there before. */
export interface RefusedEntry extends EntryBase {
  readonly kind: 'refused';
  readonly problem: EntryProblem;
}

/** Left behind by an operating system (`__MACOSX`, `.DS_Store`, `Thumbs.db` ...): passed over, no fault. */
export interface SystemEntry extends EntryBase {
  readonly kind: 'system';
}

export type ArchiveEntry = FileEntry | DirectoryEntry | RefusedEntry | SystemEntry;

/** An open archive. Iterate it once, then close it. */
export interface Archive extends AsyncDisposable {
  readonly kind: ArchiveKind;
  /** Of the file. */
  readonly bytes: number;
  /** How far the file has been read, 0 to `bytes`: for a progress bar. */
  readonly position: number;
  /** Entries it holds, where the format says so beforehand (zip). */
  readonly entryCount: number | undefined;
  /**
   * The entries in the order they are stored, in one pass.
   *
   * @throws ArchiveError nothing of the archive may be kept
   */
  entries(): AsyncGenerator<ArchiveEntry, void, undefined>;
  close(): Promise<void>;
}
