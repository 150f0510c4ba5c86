import { openReader } from '../../../db/open.ts';
import type { Duplicate } from '../../../library/staging.ts';
import { PackWriter } from '../../../packs/writer.ts';
import { ask, job } from './channel.ts';
import type { WorkerImage } from './messages.ts';

/** Bytes after which what was written is synced, so that the last sync is not all of it. */
const SYNC_EVERY = 256 * 1024 ** 2;

/** A picture that is there already. */
interface Present {
  readonly name: string;
  readonly label: string | null;
}

/** Bytes of pictures on their way into packs, or into nothing on a dry run. */
export class Sink {
  readonly #reader = openReader(job.databasePath);
  readonly #known = this.#reader.prepare<[Buffer], { key: number }>(
    'SELECT key FROM contents WHERE sha256 = ?'
  );
  readonly #present = this.#reader.prepare<[Buffer, number], Present>(
    `SELECT i.name, (SELECT l.name FROM annotations a JOIN labels l ON l.key = a.label_key
        WHERE a.image_key = i.key ORDER BY a.ordinal LIMIT 1) AS label
      FROM contents c CROSS JOIN images i ON i.content_key = c.key
      WHERE c.sha256 = ? AND i.version_key = ?`
  );
  readonly #seen = new Set<string>();
  readonly #there = new Map<string, Present>();
  #writer: PackWriter | undefined;
  #unsynced = 0;

  /** @returns where the bytes are; null if they were stored before */
  async take(sha256: Buffer, bytes: Uint8Array): Promise<WorkerImage['stored']> {
    const hash = sha256.toString('latin1');
    if (job.dryRun || this.#seen.has(hash)) {
      return null;
    }
    this.#seen.add(hash);
    if (this.#known.get(sha256)) {
      return null;
    }
    if (!this.#writer?.fits(bytes.length)) {
      this.finish();
      const answer = await ask({ kind: 'lease' });
      if (answer.kind !== 'lease') {
        throw new Error('the main thread gave no pack');
      }
      this.#writer = new PackWriter(answer.lease);
    }
    const offset = this.#writer.append(bytes);
    this.#unsynced += bytes.length;
    if (this.#unsynced >= SYNC_EVERY) {
      this.#writer.sync();
      this.#unsynced = 0;
    }
    return { packId: this.#writer.lease.packId, offset, length: bytes.length };
  }

  /** What the version would have with these bytes once all before it is in; for dry runs. */
  duplicateOf({ sha256, name, label }: WorkerImage): Omit<Duplicate, 'index'> | undefined {
    const bytes = Buffer.from(sha256);
    const hash = bytes.toString('latin1');
    const there = this.#there.get(hash) ?? this.#present.get(bytes, job.versionKey);
    const gained = there !== undefined && there.label === null && label !== null;
    this.#there.set(hash, gained ? { name: there.name, label } : (there ?? { name, label }));
    return there && { name: there.name, label: there.label ?? label, gained };
  }

  /** Makes all that was written durable and closes the pack. */
  finish(): void {
    this.#writer?.sync();
    this.#writer?.close();
    this.#writer = undefined;
    this.#unsynced = 0;
  }

  close(): void {
    this.#reader.close();
  }
}
