import { ArchiveError } from '../problem.ts';
import { classifyEntry, type EntryType } from './classify.ts';
import { decodeUtf8, NameDecoder } from './names.ts';
import { PathRegistry } from './paths.ts';
import type { SequentialSource } from './sequential.ts';
import {
  isTarHeader,
  isZeroBlock,
  parsePax,
  parseTarHeader,
  TAR_BLOCK,
  type PaxFields,
  type TarHeader
} from './tar-header.ts';
import type { Archive, ArchiveEntry, ArchiveLimits } from './types.ts';

/** More than any path needs that is taken; a longer one is passed over unread, and refused. */
const META_BYTES = 1024 * 1024;

const TYPES: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '1': 'link',
  '2': 'link',
  '3': { special: 'device' },
  '4': { special: 'device' },
  '5': 'directory',
  '6': { special: 'fifo' },
  S: { special: 'sparse' },
  D: 'directory'
};

/** A tar, from a file or out of gzip, read from front to end. */
export class TarArchive implements Archive {
  readonly kind: 'tar' | 'tar.gz';
  readonly bytes: number;
  readonly entryCount = undefined;
  readonly #source: SequentialSource;
  readonly #limits: ArchiveLimits;
  readonly #names = new NameDecoder();
  /** It holds something else than what might be a bomb. */
  #ordinary = false;

  constructor(
    kind: 'tar' | 'tar.gz',
    source: SequentialSource,
    bytes: number,
    limits: ArchiveLimits
  ) {
    this.kind = kind;
    this.#source = source;
    this.bytes = bytes;
    this.#limits = limits;
  }

  get position(): number {
    return this.#source.position;
  }

  async *entries(): AsyncGenerator<ArchiveEntry, void, undefined> {
    const registry = new PathRegistry(this.#limits);
    let pax: PaxFields = {};
    let longName: Buffer | undefined;
    let first = true;
    for (;;) {
      const block = await this.#source.take(TAR_BLOCK);
      if (isZeroBlock(block)) {
        break;
      }
      if (block.length < TAR_BLOCK) {
        // Every writer ends with blocks of zeros; without them the end was cut off.
        throw first
          ? new ArchiveError('archive.unknown', { found: 'gzip' })
          : new ArchiveError('archive.truncated');
      }
      if (!isTarHeader(block)) {
        throw first
          ? new ArchiveError('archive.unknown', { found: 'gzip' })
          : new ArchiveError('archive.damaged');
      }
      first = false;
      const header = parseTarHeader(block);
      switch (header.type) {
        case 'x':
          pax = { ...pax, ...parsePax(await this.#meta(header)) };
          registry.count(0);
          continue;
        case 'L':
          longName = trimNul(Buffer.from(await this.#meta(header)));
          registry.count(0);
          continue;
        case 'g':
        case 'K':
          // Globals hold comments and defaults of no use here; targets of links are never followed.
          await this.#skip(padded(header.size));
          registry.count(0);
          continue;
      }
      yield* this.#entry(header, pax, longName, registry);
      pax = {};
      longName = undefined;
    }
    await this.#source.drain();
    if (this.#source.bombs > 0 && !this.#ordinary) {
      throw new ArchiveError('archive.ratio', { limit: this.#limits.ratio });
    }
  }

  async *#entry(
    header: TarHeader,
    pax: PaxFields,
    longName: Buffer | undefined,
    registry: PathRegistry
  ): AsyncGenerator<ArchiveEntry, void, undefined> {
    const inPax = pax.sparseName ?? pax.path;
    const nameBytes = inPax ?? longName ?? header.nameBytes;
    const said = inPax && !pax.binary ? decodeUtf8(inPax) : undefined;
    const name = said ?? this.#decode(nameBytes);
    registry.count(nameBytes.length);
    const size = pax.size ?? header.size;
    const type = pax.sparse ? { special: 'sparse' } : TYPES[header.type];
    if (header.type === 'S' && header.extended) {
      await this.#skipSparseMap();
    }
    // Links and directories have a size in some archives, but never data.
    const stored = type === 'link' || header.type === '5' ? 0 : size;
    const end = this.#source.offset + padded(stored);
    this.#source.begin(stored);
    const entry = classifyEntry(
      name,
      type ?? { special: header.type },
      stored,
      registry,
      this.#limits,
      async () => {
        const bytes = await this.#source.take(stored);
        if (bytes.length < stored) {
          throw new ArchiveError('archive.truncated');
        }
        return bytes;
      }
    );
    if (entry) {
      yield entry;
    }
    await this.#skip(end - this.#source.offset);
    this.#source.begin(0);
    if (stored <= this.#limits.ratioFloorBytes && stored > 0) {
      this.#ordinary = true;
    }
  }

  /** In one pass the names to come are not known: each is judged by those before it. */
  #decode(bytes: Buffer): string {
    this.#names.see(bytes);
    return this.#names.decode(bytes);
  }

  async #meta(header: TarHeader): Promise<Buffer> {
    if (header.size > META_BYTES) {
      throw new ArchiveError('archive.names', { limit: META_BYTES });
    }
    const body = await this.#source.take(padded(header.size));
    if (body.length < padded(header.size)) {
      throw new ArchiveError('archive.truncated');
    }
    return body.subarray(0, header.size);
  }

  async #skip(length: number): Promise<void> {
    if (length > 0 && (await this.#source.skip(length)) < length) {
      throw new ArchiveError('archive.truncated');
    }
  }

  async #skipSparseMap(): Promise<void> {
    for (;;) {
      const block = await this.#source.take(TAR_BLOCK);
      if (block.length < TAR_BLOCK) {
        throw new ArchiveError('archive.truncated');
      }
      if (block[504] !== 1) {
        return;
      }
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const padded = (size: number) => Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;

function trimNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
