import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import {
  ArchiveError,
  DEFAULT_LIMITS,
  formatByName,
  planClassification,
  readImages,
  takeImage,
  type ClassificationPlan,
  type ImportedFile
} from '@topsdl/formats';
import { openReader } from '../../../db/open.ts';
import { isDiskFull } from '../../../http/problem.ts';
import type { Duplicate } from '../../../library/staging.ts';
import { PackWriter } from '../../../packs/writer.ts';
import { Catalogue } from './catalogue.ts';
import type {
  FromWorker,
  ImportJob,
  ImportSource,
  ToWorker,
  UnusedBytes,
  WorkerImage,
  WorkerRefusal
} from './messages.ts';
import { present } from './present.ts';

/** Images of a message, and so of a transaction of the main thread. */
const BATCH = 500;

/** Bytes after which what was written is synced, so that the last sync is not all of it. */
const SYNC_EVERY = 256 * 1024 ** 2;

const PROGRESS_EVERY = 100;

/** Everything that was found in one source. */
interface Scanned {
  readonly source: ImportSource;
  readonly catalogue: Catalogue;
  readonly refused: WorkerRefusal[];
  /** It is a picture itself. */
  readonly plain: boolean;
  readonly files: number;
  readonly skipped: number;
}

const job = workerData as ImportJob;
const port = parentPort!;

/** The source that is being read, for problems to name. */
let current = '';

function tell(message: FromWorker): void {
  port.postMessage(message);
}

/** Sends and waits until the main thread has taken it, so that no more than one batch is on its way. */
async function ask(message: FromWorker): Promise<ToWorker> {
  const answer = once(port, 'message') as Promise<[ToWorker]>;
  tell(message);
  return (await answer)[0];
}

/** A picture that is there already. */
interface Present {
  readonly name: string;
  readonly label: string | null;
}

/** Bytes of pictures on their way into packs, or into nothing on a dry run. */
class Sink {
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

/** Progress over all sources, in bytes read, told a few times a second. */
class Meter {
  readonly #total = job.sources.reduce((sum, source) => sum + statSync(source.path).size, 0);
  #before = 0;
  #told = 0;

  at(position: number): void {
    const now = performance.now();
    if (now - this.#told >= PROGRESS_EVERY) {
      this.#told = now;
      tell({
        kind: 'progress',
        step: 'reading',
        done: this.#before + position,
        total: this.#total
      });
    }
  }

  finished(bytes: number): void {
    this.#before += bytes;
  }
}

async function scan(source: ImportSource, sink: Sink, meter: Meter): Promise<Scanned> {
  const catalogue = new Catalogue();
  const refused: WorkerRefusal[] = [];
  let files = 0;
  let skipped = 0;
  current = source.fileName;
  let plain = false;
  for await (const entry of entriesOf(source, meter, () => (plain = true))) {
    files++;
    if (entry.kind === 'skipped') {
      skipped++;
    } else if (entry.kind === 'refused') {
      refused.push({ path: entry.path, code: entry.problem.code, params: entry.problem.params });
    } else {
      const { path, sha256, image } = entry;
      const stored = await sink.take(sha256, entry.bytes);
      const { format, width, height, orientation } = image;
      catalogue.add({ path, format, width, height, orientation, sha256, stored });
    }
  }
  meter.finished(statSync(source.path).size);
  return { source, catalogue, refused, plain, files, skipped };
}

/** What a source holds. A file that is no archive, and does not say that it is one, is judged as a picture. */
async function* entriesOf(
  source: ImportSource,
  meter: Meter,
  onPlain: () => void
): AsyncGenerator<ImportedFile> {
  if (!isPicture(source)) {
    try {
      yield* readImages(source.path, { onProgress: position => meter.at(position) });
      return;
    } catch (error) {
      const unknown = error instanceof ArchiveError && error.code === 'archive.unknown';
      if (!unknown || ARCHIVE_NAME.test(source.fileName)) {
        throw error;
      }
    }
  }
  onPlain();
  yield readPlain(source);
}

const ARCHIVE_NAME = /\.(zip|tar|gz|tgz)$/i;

/** Whether a file is a picture by itself, or says so by its name. */
function isPicture({ path, fileName }: ImportSource): boolean {
  if (formatByName(fileName)) {
    return true;
  }
  const file = openSync(path, 'r');
  const magic = Buffer.alloc(8);
  const read = readSync(file, magic, 0, 8, 0);
  closeSync(file);
  return (
    (read >= 3 && magic[0] === 0xff && magic[1] === 0xd8 && magic[2] === 0xff) ||
    magic.equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  );
}

function readPlain({ path, fileName: given }: ImportSource): ImportedFile {
  const fileName = baseName(given);
  const bytes = statSync(path).size;
  const limit = DEFAULT_LIMITS.entryBytes;
  return bytes > limit
    ? {
        kind: 'refused',
        path: fileName,
        problem: { code: 'entry.tooLarge', params: { bytes, limit } }
      }
    : takeImage(fileName, readFileSync(path));
}

/** The last part of what a browser or a script calls a file, without what no name may hold. */
function baseName(fileName: string): string {
  const name = fileName
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\u0000-\u001f\u007f]/g, '_');
  return name === '' || name === '.' || name === '..' ? 'image' : name;
}

/** What an image is called: its file's name in a class folder, else its path below what all share. */
function nameOf(path: string, label: string | null, plan: ClassificationPlan): string {
  const parts = path.split('/');
  if (label !== null) {
    return parts.at(-1)!;
  }
  const below = plan.root === '' ? 0 : plan.root.split('/').length;
  return parts.slice(Math.min(below, parts.length - 1)).join('/');
}

/**
 * The images of a source with their names and labels; those whose folder cannot be a label are refused.
 *
 * @param unused gets what was stored for those
 */
function* labeled(
  scanned: Scanned,
  plan: ClassificationPlan,
  unused: UnusedBytes[] = []
): Generator<WorkerImage> {
  const { catalogue, refused } = scanned;
  for (let index = 0; index < catalogue.size; index++) {
    const found = catalogue.at(index);
    const label = plan.labelOf(found.path);
    if (label !== null && typeof label === 'object') {
      refused.push({ path: found.path, code: label.code, params: label.params });
      if (found.stored) {
        unused.push({ sha256: found.sha256, ...found.stored });
      }
    } else {
      yield { ...found, label, name: nameOf(found.path, label, plan) };
    }
  }
}

async function run(): Promise<void> {
  const sink = new Sink();
  const meter = new Meter();
  const scans = [];
  for (const source of job.sources) {
    scans.push(await scan(source, sink, meter));
  }
  sink.finish();
  const plans = scans.map(({ catalogue, refused, plain }) =>
    planClassification(
      catalogue.paths(),
      plain ? 'images' : job.format,
      refused.filter(isBadPicture).map(entry => entry.path)
    )
  );
  const summary = {
    format: plans.some(plan => plan.layout === 'class-folders')
      ? ('class-folders' as const)
      : ('images' as const),
    files: scans.reduce((sum, { files }) => sum + files, 0),
    skipped: scans.reduce((sum, { skipped }) => sum + skipped, 0)
  };
  await (job.dryRun ? tryOut : send)(sink, scans, plans, summary);
  sink.close();
}

/** Whether a refused entry was meant to be a picture of the archive: where it lies says something. */
function isBadPicture({ path, code }: WorkerRefusal): boolean {
  return formatByName(path) !== undefined && code !== 'entry.escape' && code !== 'entry.name';
}

type Finish = (
  sink: Sink,
  scans: readonly Scanned[],
  plans: readonly ClassificationPlan[],
  summary: { format: 'class-folders' | 'images'; files: number; skipped: number }
) => Promise<void>;

/** Hands everything to the main thread, a batch at a time. */
const send: Finish = async (_sink, scans, plans, summary) => {
  const total = scans.reduce((sum, { catalogue }) => sum + catalogue.size, 0);
  let done = 0;
  const unused: UnusedBytes[] = [];
  for (const [index, scanned] of scans.entries()) {
    let batch: WorkerImage[] = [];
    const flush = async () => {
      await ask({ kind: 'images', images: batch, unused: unused.splice(0) });
      done += batch.length;
      batch = [];
      tell({ kind: 'progress', step: 'indexing', done, total });
    };
    for (const image of labeled(scanned, plans[index]!, unused)) {
      if (batch.push(image) >= BATCH) {
        await flush();
      }
    }
    await flush();
    await sendRefused(scanned.refused, 0);
  }
  tell({ kind: 'done', summary });
};

/** Says what would come of it. */
const tryOut: Finish = async (sink, scans, plans, summary) => {
  const labels = new Map<string, number>();
  let taken = 0;
  for (const [index, scanned] of scans.entries()) {
    const duplicates: WorkerRefusal[] = [];
    for (const image of labeled(scanned, plans[index]!)) {
      const there = sink.duplicateOf(image);
      if (there) {
        duplicates.push(present(image, there));
      } else {
        taken++;
      }
      if (image.label !== null && (!there || there.gained)) {
        labels.set(image.label, (labels.get(image.label) ?? 0) + 1);
      }
    }
    await sendRefused(scanned.refused, 0);
    await sendRefused(duplicates, duplicates.length);
  }
  tell({
    kind: 'dry',
    summary: { ...summary, taken, labels: [...labels].map(([name, count]) => ({ name, count })) }
  });
};

async function sendRefused(refused: readonly WorkerRefusal[], duplicates: number): Promise<void> {
  for (let start = 0; start < refused.length; start += BATCH) {
    const some = refused.slice(start, start + BATCH);
    await ask({ kind: 'refused', refused: some, duplicates: duplicates > 0 ? some.length : 0 });
  }
}

run()
  .catch((error: unknown) => {
    if (error instanceof ArchiveError) {
      tell({ kind: 'problem', code: error.code, params: { name: current, ...error.params } });
    } else if (isDiskFull(error)) {
      tell({ kind: 'problem', code: 'disk-full', params: {} });
    } else {
      throw error;
    }
  })
  .finally(() => port.unref());
