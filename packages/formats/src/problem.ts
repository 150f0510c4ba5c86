/** Values that a sentence about a problem is filled with. */
export type Params = Readonly<Record<string, string | number>>;

/** Why an archive is refused as a whole; nothing of it may be kept. The sentences are the contract's. */
export type ArchiveProblemCode =
  | 'archive.empty'
  | 'archive.unknown'
  | 'archive.unsupported'
  | 'archive.encrypted'
  | 'archive.damaged'
  | 'archive.truncated'
  | 'archive.overlap'
  | 'archive.ratio'
  | 'archive.unpacked'
  | 'archive.entries'
  | 'archive.names'
  | 'archive.size';

/** Why one entry is refused; the others are taken. The sentences are the contract's. */
export type EntryProblemCode =
  | 'entry.escape'
  | 'entry.name'
  | 'entry.nameLength'
  | 'entry.link'
  | 'entry.special'
  | 'entry.duplicate'
  | 'entry.mismatch'
  | 'entry.method'
  | 'entry.tooLarge'
  | 'entry.bomb'
  | 'entry.damaged'
  | 'entry.checksum'
  | 'entry.empty'
  | 'entry.extension'
  | 'entry.format'
  | 'entry.notImage'
  | 'entry.truncated'
  | 'entry.damagedImage'
  | 'entry.pixels'
  | 'entry.labelName';

/** A reason in the form that reports keep: a code of the contract with its parameters. */
export interface EntryProblem {
  readonly code: EntryProblemCode;
  readonly params: Params;
}

/** The archive is refused whole. */
export class ArchiveError extends Error {
  readonly code: ArchiveProblemCode;
  readonly params: Params;

  constructor(code: ArchiveProblemCode, params: Params = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'ArchiveError';
    this.code = code;
    this.params = params;
  }
}

/** One entry is refused. */
export class EntryError extends Error {
  readonly code: EntryProblemCode;
  readonly params: Params;

  constructor(code: EntryProblemCode, params: Params = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'EntryError';
    this.code = code;
    this.params = params;
  }

  get problem(): EntryProblem {
    return { code: this.code, params: this.params };
  }
}
