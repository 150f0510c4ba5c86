import { statSync } from 'node:fs';
import {
  ArchiveError,
  formatByName,
  planClassification,
  type ClassificationPlan
} from '@topsdl/formats';
import { isDiskFull } from '../../../http/problem.ts';
import { Catalogue } from './catalogue.ts';
import { ask, hangUp, job, tell } from './channel.ts';
import type { ImportSource, UnusedBytes, WorkerImage, WorkerRefusal } from './messages.ts';
import { present } from './present.ts';
import { Sink } from './sink.ts';
import { entriesOf } from './sources.ts';

/** Images of a message, and so of a transaction of the main thread. */
const BATCH = 500;

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

/** The source that is being read, for problems to name. */
let current = '';

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
  for await (const entry of entriesOf(
    source,
    at => meter.at(at),
    () => (plain = true)
  )) {
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
  .finally(hangUp);
