import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { newId } from '../../src/db/ids.ts';
import { Images, type ImageQuery } from '../../src/features/datasets/images.ts';
import { Datasets } from '../../src/features/datasets/service.ts';
import { saveAnnotations } from '../../src/library/annotate.ts';
import { stateCode } from '../../src/library/codes.ts';
import { mergeNames } from '../../src/library/names.ts';
import { discardStaged, Staging } from '../../src/library/staging.ts';
import { copyVersion, deleteImages, registerFunctions } from '../../src/library/versions.ts';
import { PackStore } from '../../src/packs/store.ts';
import { TaskRunner } from '../../src/tasks/runner.ts';
import { openStage, silent, type Stage } from '../db/stage.ts';

/** An image as the naive list has it, in the order in which images came. */
interface Known {
  readonly id: string;
  readonly name: string;
  label: string | null;
  cleaned: boolean;
}

const LABELS = ['cat', 'dog', '鸟', 'rare'];

let stage: Stage;
let datasets: Datasets;
let images: Images;
let packs: PackStore;
let datasetId: string;
let contents = 0;
const labelIds = new Map<string, string>();
/** The lists as they must be, by version. */
const lists = new Map<string, Known[]>();
const { signal } = new AbortController();

beforeAll(async () => {
  stage = openStage();
  registerFunctions(stage.db.sqlite);
  packs = new PackStore(stage.db.sqlite, stage.files.path('packs'), silent);
  datasets = new Datasets(stage.db, new TaskRunner(stage.db, stage.files, silent, 1), () => {});
  images = new Images(stage.db);
  datasetId = datasets.create({
    projectId: newId(),
    public: false,
    name: 'listed',
    annotationType: 'classification',
    userId: null
  }).dataset.id;
  const first = (await datasets.createVersion(datasetId, null, null)).id;
  const second = (await datasets.createVersion(datasetId, null, null)).id;
  // Versions take turns, so that the keys of each lie in several ranges.
  put(first, 5000, at => [`IMG_${String(at).padStart(6, '0')}.jpg`, LABELS[at % 3]!]);
  put(second, 9000, at => [`照片_${(at * 7919) % 9000}_Ä.png`, at % 5 === 0 ? 'rare' : null]);
  put(first, 3000, at => [`猫 ${at % 50}%_${at}.jpg`, at % 2 === 0 ? null : 'dog']);
  discarded(first, 300);
  put(second, 200, at => [`q${at}`, 'cat']);
  const third = await datasets.createVersion(datasetId, first, null);
  lists.set(third.id, read(third.id));
  relabel(
    first,
    [...Array(400).keys()].map(at => at * 13)
  );
  remove(
    first,
    [...Array(150).keys()].map(at => at * 3)
  );
  clean(
    second,
    [...Array(120).keys()].map(at => 40 + at * 45)
  );
}, 120_000);
afterAll(() => stage.close());

function staging(versionId: string): Staging {
  return new Staging(stage.db.sqlite, packs, {
    versionKey: datasets.getVersion(versionId).key,
    datasetId,
    importId: newId(),
    userId: null,
    newId,
    now: Date.now
  });
}

function fill(into: Staging, count: number, of: (at: number) => [string, string | null]): void {
  const pack = stage.db.sqlite.prepare('INSERT INTO packs (size, dead) VALUES (1, 0)').run();
  for (let start = 0; start < count; start += 500) {
    const batch = Array.from({ length: Math.min(500, count - start) }, (_, offset) => {
      const [name, label] = of(start + offset);
      return {
        name,
        label,
        format: 'jpeg' as const,
        width: 4,
        height: 3,
        orientation: 1,
        sha256: createHash('sha256').update(String(contents++)).digest(),
        stored: { packId: Number(pack.lastInsertRowid), offset: contents, length: 1 }
      };
    });
    stage.db.write(() => into.add(batch));
  }
}

function put(versionId: string, count: number, of: (at: number) => [string, string | null]): void {
  const into = staging(versionId);
  fill(into, count, of);
  stage.db.write(() => into.commit());
  for (const row of stage.db.sqlite.prepare('SELECT id, name FROM labels').all() as {
    id: string;
    name: string;
  }[]) {
    labelIds.set(row.name, row.id);
  }
  lists.set(versionId, read(versionId));
}

/** An import that is given up. */
function discarded(versionId: string, count: number): void {
  fill(staging(versionId), count, at => [`gone ${at}.jpg`, 'cat']);
  const { key } = datasets.getVersion(versionId);
  while (!stage.db.write(() => discardStaged(stage.db.sqlite, key, 128)));
}

/** The images of a version by the plainest of statements. */
function read(versionId: string): Known[] {
  const rows = stage.db.sqlite
    .prepare<[string], { id: string; name: string; label: string | null; state: number }>(
      `SELECT i.id, i.name, i.state, (SELECT l.name FROM annotations a JOIN labels l
          ON l.key = a.label_key WHERE a.image_key = i.key) AS label
        FROM dataset_versions v JOIN images i ON i.version_key = v.key AND i.key <= v.visible_key
        WHERE v.id = ? ORDER BY i.key`
    )
    .all(versionId);
  return rows.map(({ state, ...row }) => ({
    ...row,
    cleaned: state === stateCode.encode('cleaned')
  }));
}

function relabel(versionId: string, places: readonly number[]): void {
  const list = lists.get(versionId)!;
  const version = datasets.getVersion(versionId);
  const key = stage.db.sqlite.prepare<[string], { key: number }>(
    'SELECT key FROM labels WHERE id = ?'
  );
  const revision = stage.db.sqlite.prepare<[string], { revision: number }>(
    'SELECT revision FROM images WHERE id = ?'
  );
  stage.db.write(() => {
    const outcome = saveAnnotations(stage.db.sqlite, {
      versionKey: version.key,
      source: 'manual',
      userId: null,
      now: Date.now(),
      images: places.map((at, index) => {
        const image = list[at]!;
        image.label = index % 4 === 3 ? null : LABELS[index % 4]!;
        return {
          imageId: image.id,
          revision: revision.get(image.id)!.revision,
          shapes:
            image.label === null
              ? []
              : [
                  {
                    kind: 'classification' as const,
                    labelKey: key.get(labelIds.get(image.label)!)!.key,
                    geometry: null
                  }
                ]
        };
      })
    });
    expect(outcome.kind).toBe('saved');
  });
}

function remove(versionId: string, places: readonly number[]): void {
  const list = lists.get(versionId)!;
  const gone = new Set(places.map(at => list[at]!.id));
  stage.db.write(() =>
    deleteImages(stage.db.sqlite, datasets.getVersion(versionId).key, [...gone], Date.now())
  );
  lists.set(
    versionId,
    list.filter(({ id }) => !gone.has(id))
  );
}

/** Puts images aside, labels and all, as a step of preprocessing will: by rows and counters. */
function clean(versionId: string, places: readonly number[]): void {
  const list = lists.get(versionId)!;
  const { sqlite } = stage.db;
  const { key } = datasets.getVersion(versionId);
  for (const at of places) {
    const image = list[at]!;
    image.cleaned = true;
    sqlite.prepare('UPDATE images SET state = 2 WHERE id = ?').run(image.id);
  }
  sqlite.exec(`DELETE FROM image_blocks; DELETE FROM label_blocks;
    INSERT INTO image_blocks SELECT version_key, key >> 11, state, count(*) FROM images GROUP BY 1, 2, 3;
    INSERT INTO label_blocks SELECT i.version_key, a.label_key, i.key >> 11, i.state, count(*)
      FROM images i JOIN annotations a ON a.image_key = i.key GROUP BY 1, 2, 3, 4;`);
  sqlite
    .prepare(
      `UPDATE dataset_versions SET revision = revision + 1,
        unlabeled = (SELECT count(*) FROM images WHERE version_key = @key AND state = 0),
        labeled = (SELECT count(*) FROM images WHERE version_key = @key AND state = 1),
        cleaned = (SELECT count(*) FROM images WHERE version_key = @key AND state = 2) WHERE key = @key`
    )
    .run({ key });
}

const stateOf = ({ cleaned, label }: Known) =>
  cleaned ? 'cleaned' : label === null ? 'unlabeled' : 'labeled';

/** What a look at every image finds. */
function expected(list: readonly Known[], query: ImageQuery): Known[] {
  const labels = query.labels?.split(',');
  return list.filter(
    image =>
      (query.state === undefined || stateOf(image) === query.state) &&
      (labels === undefined || labels.includes(labelIds.get(image.label ?? '') ?? '?')) &&
      (query.search === undefined || image.name.toLowerCase().includes(query.search.toLowerCase()))
  );
}

/** Compares a page with what a look at every image finds; `totalIsMinimum` may stop the count short. */
async function compare(versionId: string, query: ImageQuery): Promise<void> {
  const version = datasets.getVersion(versionId);
  const all = expected(lists.get(versionId)!, query);
  const skip = query.skip ?? 0;
  const limit = query.limit ?? 100;
  const page = await images.list(version, query, signal);
  expect({ query, ids: page.items.map(({ id }) => id) }).toEqual({
    query,
    ids: all.slice(skip, skip + limit).map(({ id }) => id)
  });
  if (page.totalIsMinimum) {
    expect(page.total).toBeLessThan(all.length);
    expect(page.total).toBeGreaterThanOrEqual(Math.min(all.length, skip + limit));
  } else {
    expect({ query, total: page.total }).toEqual({ query, total: all.length });
  }
  expect(page.next === undefined).toBe(skip + limit >= all.length);
  if (page.next !== undefined) {
    const { skip: _skip, ...rest } = query;
    const on = await images.list(version, { ...rest, cursor: page.next, skip: 2100 }, signal);
    const from = skip + limit + 2100;
    expect({ query, ids: on.items.map(({ id }) => id) }).toEqual({
      query,
      ids: all.slice(from, from + limit).map(({ id }) => id)
    });
  }
}

const search = fc.oneof(
  fc.constantFrom(
    'IMG_',
    '.jpg',
    '12.jpg',
    '0001',
    '照片_',
    '片_4',
    '猫',
    '_1',
    '9',
    'q',
    'Q1',
    '%_'
  ),
  fc.constantFrom('_Ä.png', '_ä.P', 'gone', 'zz', 'img_0012', '猫 4', '" OR', "'", '\\', '照'),
  fc
    .tuple(fc.nat(2), fc.nat(8000), fc.nat(6), fc.integer({ min: 1, max: 9 }))
    .map(([which, at, from, length]) => {
      const list = [...lists.values()][which]!;
      return list[at % list.length]!.name.slice(from, from + length) || 'x';
    })
);
const query = fc.record(
  {
    state: fc.constantFrom('unlabeled', 'labeled', 'cleaned'),
    labels: fc
      .subarray([...LABELS], { minLength: 1 })
      .map(names => names.map(name => labelIds.get(name) ?? newId()).join(',')),
    search,
    skip: fc.oneof(fc.nat(20), fc.nat(12_000)),
    limit: fc.integer({ min: 1, max: 300 })
  },
  { requiredKeys: ['limit'] }
) as fc.Arbitrary<ImageQuery>;

test('any page of any filter is what a look at every image finds', async () => {
  const versions = [...lists.keys()];
  await fc.assert(
    fc.asyncProperty(fc.nat(versions.length - 1), query, (which, wanted) =>
      compare(versions[which]!, wanted)
    ),
    { numRuns: 400 }
  );
}, 180_000);

test('the counters of blocks are those of the images, whatever was changed', async () => {
  const versions = [...lists.keys()];
  const counters = () => ({
    images: stage.db.sqlite
      .prepare('SELECT * FROM image_blocks WHERE images <> 0 ORDER BY 1, 2, 3')
      .all(),
    labels: stage.db.sqlite
      .prepare('SELECT * FROM label_blocks WHERE images <> 0 ORDER BY 1, 2, 3, 4')
      .all()
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(
          fc.constantFrom('put', 'relabel', 'remove', 'discard', 'copy'),
          fc.nat(versions.length - 1),
          fc.array(fc.nat(8000), { minLength: 1, maxLength: 30 })
        ),
        { minLength: 1, maxLength: 6 }
      ),
      query,
      async (changes, wanted) => {
        for (const [change, which, numbers] of changes) {
          const id = versions[which]!;
          const { length } = lists.get(id)!;
          const places = [...new Set(numbers.map(number => number % length))];
          switch (change) {
            case 'put':
              put(id, places.length, at => [`new ${at}.jpg`, LABELS[at % 5] ?? null]);
              break;
            case 'relabel':
              relabel(id, places);
              break;
            case 'remove':
              remove(id, places);
              break;
            case 'discard':
              discarded(id, places.length);
              break;
            case 'copy': {
              const copy = await datasets.createVersion(datasetId, null, null);
              await copyVersion(stage.db, datasets.getVersion(id), copy.key, 1500);
              lists.set(copy.id, read(copy.id));
              await compare(copy.id, wanted);
              lists.delete(copy.id);
              datasets.deleteVersion(copy.id, null);
              await datasets.sweep();
              break;
            }
          }
          await compare(id, wanted);
        }
        expect(counters()).toEqual({
          images: stage.db.sqlite
            .prepare(
              `SELECT version_key, key >> 11 AS block, state, count(*) AS images
                FROM images GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
            )
            .all(),
          labels: stage.db.sqlite
            .prepare(
              `SELECT i.version_key, a.label_key, i.key >> 11 AS block, i.state, count(*) AS images
                FROM images i JOIN annotations a ON a.image_key = i.key
                GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`
            )
            .all()
        });
      }
    ),
    { numRuns: 12 }
  );
}, 180_000);

test('a version that is swept leaves nothing of its indexes', async () => {
  const version = await datasets.createVersion(datasetId, [...lists.keys()][1]!, null);
  datasets.deleteVersion(version.id, null);
  await datasets.sweep();
  for (const table of ['image_blocks', 'label_blocks', 'name_grams']) {
    const left = stage.db.sqlite
      .prepare(`SELECT count(*) FROM ${table} WHERE version_key = ?`)
      .pluck()
      .get(version.key);
    expect({ table, left }).toEqual({ table, left: 0 });
  }
});

test('the index of names is put together once much has come, and finds the same', async () => {
  const pieces = () =>
    stage.db.sqlite
      .prepare('SELECT count(DISTINCT id >> 37) FROM images_fts_data WHERE id > 10')
      .pluck()
      .get() as number;
  const before = pieces();
  expect(before).toBeGreaterThan(1);
  // Keys that have been used and are no more do not count as come later.
  for (const version of [...lists.keys()].slice(0, 2)) {
    datasets.deleteVersion((await datasets.createVersion(datasetId, version, null)).id, null);
    await datasets.sweep();
  }
  await mergeNames(stage.db, () => true);
  await mergeNames(stage.db, () => false);
  expect(pieces()).toBe(1);
  const version = [...lists.keys()][0]!;
  for (const search of ['IMG_0012', '猫 4', '.jpg']) {
    await compare(version, { search, limit: 200 });
  }
  const merged = () =>
    stage.db.sqlite.prepare("SELECT value FROM settings WHERE name = 'names-merged'").pluck().get();
  const upTo = merged();
  put(version, 10, at => [`later ${at}`, null]);
  await mergeNames(stage.db, () => false);
  expect(merged()).toBe(upTo);
});
