import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { newId } from '../../src/db/ids.ts';
import { Datasets } from '../../src/features/datasets/service.ts';
import { historyOf } from '../../src/features/labeling/history.ts';
import { Labeling } from '../../src/features/labeling/service.ts';
import { loadImages, type ImageRecord } from '../../src/library/browse.ts';
import { discardLabels } from '../../src/library/labels.ts';
import { discardStaged, Staging, type StagedImage } from '../../src/library/staging.ts';
import { registerFunctions } from '../../src/library/versions.ts';
import { PackStore } from '../../src/packs/store.ts';
import { TaskRunner } from '../../src/tasks/runner.ts';
import { openStage, silent, type Stage } from '../db/stage.ts';

let stage: Stage;
let packs: PackStore;
let datasets: Datasets;
let labeling: Labeling;
let datasetId: string;
let versionId: string;
let packId: number;

beforeEach(async () => {
  stage = openStage();
  const { db, files } = stage;
  registerFunctions(db.sqlite);
  packs = new PackStore(db.sqlite, files.path('packs'), silent);
  datasets = new Datasets(db, new TaskRunner(db, files, silent, 1), () => {});
  labeling = new Labeling(db);
  datasetId = datasets.create({
    projectId: newId(),
    public: false,
    name: 'pictures',
    annotationType: 'classification',
    userId: null
  }).dataset.id;
  versionId = (await datasets.createVersion(datasetId, null, null)).id;
  packId = Number(
    db.sqlite.prepare('INSERT INTO packs (size, dead) VALUES (1, 0)').run().lastInsertRowid
  );
});
afterEach(() => stage.close());

const key = () => datasets.getVersion(versionId).key;

function staging(importId = newId()): Staging {
  return new Staging(stage.db.sqlite, packs, {
    versionKey: key(),
    datasetId,
    importId,
    userId: newId(),
    newId,
    now: Date.now
  });
}

function picture(name: string, label: string | null): StagedImage {
  const sha256 = createHash('sha256').update(name).digest();
  const known = packs.find(sha256);
  return {
    name,
    label,
    format: 'png',
    width: 4,
    height: 4,
    orientation: 1,
    sha256,
    stored: known ? undefined : { packId, offset: 0, length: 1 }
  };
}

function imported(into: Staging, ...images: StagedImage[]) {
  const duplicates = stage.db.write(() => into.add(images));
  stage.db.write(() => into.commit());
  return duplicates;
}

function image(name: string): ImageRecord {
  const found = stage.db.sqlite
    .prepare<[number, string], number>('SELECT key FROM images WHERE version_key = ? AND name = ?')
    .pluck()
    .get(key(), name);
  return loadImages(stage.db.sqlite, [found!])[0]!;
}

const labelOf = (name: string) => {
  const [annotation] = image(name).annotations;
  return (
    annotation && labeling.list(versionId).find(({ label }) => label.id === annotation.labelId)
  );
};
const counts = () => {
  const { total, unlabeled, labeled, cleaned } = datasets.getVersion(versionId);
  return { total, unlabeled, labeled, cleaned };
};

test('a picture without a label gets that of a later import', () => {
  imported(staging(), picture('a', null), picture('b', null), picture('c', 'dog'));
  const before = image('a');
  const again = staging();
  const duplicates = stage.db.write(() =>
    again.add([picture('a', 'cat'), picture('b', null), picture('c', 'cat'), picture('d', 'cat')])
  );
  expect(duplicates).toEqual([
    { index: 0, name: 'a', label: 'cat', gained: true },
    { index: 1, name: 'b', label: null, gained: false },
    { index: 2, name: 'c', label: 'dog', gained: false }
  ]);
  expect(image('a').annotations).toEqual([]);
  expect(labeling.list(versionId).map(({ label }) => label.name)).toEqual(['dog']);
  stage.db.write(() => again.commit());
  expect(image('a')).toMatchObject({
    state: 'labeled',
    revision: before.revision + 1,
    annotations: [{ kind: 'classification', source: 'import' }]
  });
  expect(labelOf('a')).toMatchObject({ label: { name: 'cat' }, images: 2 });
  expect(labelOf('c')).toMatchObject({ label: { name: 'dog' }, images: 1 });
  expect(image('b').state).toBe('unlabeled');
  expect(counts()).toEqual({ total: 4, unlabeled: 1, labeled: 3, cleaned: 0 });
  expect(again.totals).toMatchObject({ images: 1, labeled: 1, gained: 1 });
  expect(again.labelTotals).toEqual([{ name: 'cat', count: 2 }]);
  expect(historyOf(stage.db, image('a').id)).toMatchObject([
    { revision: before.revision + 1, source: 'import', shapes: [{ kind: 'classification' }] }
  ]);
});

test('the first label counts, in one archive, too', () => {
  const duplicates = imported(
    staging(),
    picture('a', null),
    picture('a', 'cat'),
    picture('a', 'dog'),
    picture('a', 'cat')
  );
  expect(duplicates).toEqual([
    { index: 1, name: 'a', label: 'cat', gained: true },
    { index: 2, name: 'a', label: 'cat', gained: false },
    { index: 3, name: 'a', label: 'cat', gained: false }
  ]);
  expect(labelOf('a')?.label.name).toBe('cat');
  expect(counts()).toEqual({ total: 1, unlabeled: 0, labeled: 1, cleaned: 0 });
});

test('what somebody labels meanwhile stays as they have it', () => {
  imported(staging(), picture('a', null));
  const again = staging();
  stage.db.write(() => again.add([picture('a', 'cat')]));
  const label = labeling.create(datasetId, { name: 'dog' }, null);
  const { id, revision } = image('a');
  const shapes = [{ kind: 'classification' as const, labelId: label.id }];
  stage.db.write(tx => labeling.save(tx, versionId, [{ imageId: id, revision, shapes }], null));
  stage.db.write(() => again.commit());
  expect(labelOf('a')?.label.name).toBe('dog');
  expect(again.totals.gained).toBe(0);
  expect(counts()).toEqual({ total: 1, unlabeled: 0, labeled: 1, cleaned: 0 });
});

test('an import that is given up labels nothing and leaves no label', () => {
  imported(staging(), picture('a', null));
  const importId = newId();
  const again = staging(importId);
  stage.db.write(() => again.add([picture('a', 'cat'), picture('b', 'cat')]));
  while (!stage.db.write(() => discardStaged(stage.db.sqlite, key())));
  stage.db.write(() => discardLabels(stage.db.sqlite, importId));
  expect(image('a').annotations).toEqual([]);
  expect(stage.db.sqlite.prepare('SELECT count(*) FROM labels').pluck().get()).toBe(0);
});

test('a label that goes away before the end is made again', () => {
  imported(staging(), picture('a', null));
  const importId = newId();
  const again = staging(importId);
  stage.db.write(() => again.add([picture('a', 'cat')]));
  // Another import into the dataset had brought it first, and was given up.
  stage.db.write(() => discardLabels(stage.db.sqlite, importId));
  stage.db.write(() => again.commit());
  expect(labelOf('a')?.label.name).toBe('cat');
});

test('a picture that is deleted before the end is not missed', () => {
  imported(staging(), picture('a', null));
  const again = staging();
  stage.db.write(() => again.add([picture('a', 'cat')]));
  datasets.deleteImages(versionId, [image('a').id], null);
  stage.db.write(() => again.commit());
  expect(counts()).toEqual({ total: 0, unlabeled: 0, labeled: 0, cleaned: 0 });
});

test('labels that imports bring go on from those that are there, between batches made by others, too', () => {
  labeling.create(datasetId, { name: 'first', shortcut: '3' }, null);
  const into = staging();
  const batch = (from: number) =>
    Array.from({ length: 6 }, (_, i) => picture(`p${from + i}`, `class ${from + i}`));
  stage.db.write(() => into.add(batch(0)));
  labeling.create(datasetId, { name: 'between' }, null);
  stage.db.write(() => into.add(batch(6)));
  stage.db.write(() => into.commit());
  const labels = labeling.list(versionId).map(({ label }) => label);
  expect(labels.map(({ position }) => position)).toEqual(labels.map((_, i) => i));
  expect(labels.map(({ shortcut }) => shortcut ?? '-').join('')).toBe('3124567890----');
  expect(new Set(labels.map(({ color }) => color)).size).toBe(labels.length);
});

test('thousands of classes are told in a moment', () => {
  const into = staging();
  const started = process.cpuUsage();
  for (let from = 0; from < 6000; from += 500) {
    const batch = Array.from({ length: 500 }, (_, i) => picture(`p${from + i}`, `c${from + i}`));
    stage.db.write(() => into.add(batch));
  }
  stage.db.write(() => into.commit());
  const { user, system } = process.cpuUsage(started);
  expect(labeling.list(versionId)).toHaveLength(6000);
  expect((user + system) / 1e6).toBeLessThan(10);
});
