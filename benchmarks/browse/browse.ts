/**
 * Pages, name searches and label filters of a million labeled images, each of them from anywhere in the
 * list: how long the server needs, against the bare SQLite statement for the same, in turn.
 *
 *     node --conditions=topsdl-source benchmarks/browse/browse.ts [--images N] [--data DIR] [--rounds N]
 *
 * "in the server" is from the query to the JSON text, with the CPU time of all threads, which a busy
 * machine does not change as much; "answered" is a request to a companion over its socket, from the
 * first byte sent to the last received. With `--data` the library is kept there and used again.
 */
import { startCompanion } from '@topsdl/testing';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Images, type ImageQuery } from '../../server/src/features/datasets/images.ts';
import { Labeling } from '../../server/src/features/labeling/service.ts';
import { presentImages } from '../../server/src/library/present.ts';
import { LABELS, nameOf, openLibrary } from './library.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000000' },
    data: { type: 'string' },
    rounds: { type: 'string', default: '300' }
  }
});
const IMAGES = Number(values.images);
const ROUNDS = Number(values.rounds);
const PAGE = 100;
const TARGET = { p50: 2, p99: 20 };

const root = values.data ?? mkdtempSync(join(tmpdir(), 'tops-browse-'));
mkdirSync(root, { recursive: true });
const { db, datasets, versionId } = await openLibrary(root, IMAGES);
const images = new Images(db);
const labeling = new Labeling(db);
const version = datasets.getVersion(versionId);
const labelIds = labeling.list(versionId).map(({ label }) => label.id);
const { signal } = new AbortController();

const random = (below: number) => Math.floor(Math.random() * below);
const anyName = () => nameOf(random(IMAGES));
const anyLabel = () => labelIds[random(LABELS)]!;
const cursorAt = (key: number) =>
  Buffer.from(JSON.stringify(['images', key])).toString('base64url');

/** Bare statements with their parameters drawn anew each time. */
const statement = (sql: string, params: () => unknown[]) => {
  const prepared = db.sqlite.prepare(sql);
  return () => prepared.all(...params());
};
const bare = {
  page: statement(
    'SELECT * FROM images WHERE version_key = ? AND key > ? ORDER BY key LIMIT 100',
    () => [version.key, random(IMAGES)]
  ),
  offset: statement(
    'SELECT * FROM images WHERE version_key = ? ORDER BY key LIMIT 100 OFFSET ?',
    () => [version.key, random(IMAGES)]
  ),
  search: (text: () => string) =>
    statement(
      `SELECT i.* FROM images_fts f JOIN images i ON i.key = f.rowid
        WHERE images_fts MATCH ? AND i.version_key = ? ORDER BY f.rowid LIMIT 100`,
      () => [`"${text()}"`, version.key]
    ),
  like: statement(
    'SELECT * FROM images WHERE version_key = ? AND name LIKE ? ORDER BY key LIMIT 100',
    () => [version.key, `%${anyName().slice(6, 8)}%`]
  ),
  label: statement(
    `SELECT i.* FROM annotations a JOIN images i ON i.key = a.image_key
      WHERE a.version_key = ? AND a.label_key = ? AND a.image_key > ? ORDER BY a.image_key LIMIT 100`,
    () => [version.key, 1 + random(LABELS), random(IMAGES)]
  ),
  counts: statement('SELECT * FROM label_counts WHERE version_key = ?', () => [version.key])
};

interface Case {
  readonly query: () => ImageQuery | 'labels';
  readonly bare: () => unknown;
}

const cases: Record<string, Case> = {
  'first page': { query: () => ({}), bare: bare.page },
  'page after a cursor': { query: () => ({ cursor: cursorAt(random(IMAGES)) }), bare: bare.page },
  'page far down': { query: () => ({ skip: random(IMAGES - PAGE) }), bare: bare.offset },
  'name, rare': {
    query: () => ({ search: anyName().slice(6, 14) }),
    bare: bare.search(() => anyName().slice(6, 14))
  },
  'name, its end': {
    query: () => ({ search: anyName().slice(15) }),
    bare: bare.search(() => anyName().slice(15))
  },
  'name, in all': { query: () => ({ search: 'photo' }), bare: bare.search(() => 'photo') },
  'name, two letters': { query: () => ({ search: anyName().slice(6, 8) }), bare: bare.like },
  'name, far down': {
    query: () => ({ search: 'photo', skip: random(IMAGES - PAGE) }),
    bare: bare.offset
  },
  'name among unlabeled': {
    query: () => ({ search: anyName().slice(6, 11), state: 'unlabeled' }),
    bare: bare.search(() => anyName().slice(6, 11))
  },
  'one label': { query: () => ({ labels: anyLabel() }), bare: bare.label },
  'one label, far down': {
    query: () => ({ labels: anyLabel(), state: 'labeled', skip: random(IMAGES / LABELS / 2) }),
    bare: bare.label
  },
  'three labels, far down': {
    query: () => ({
      labels: [anyLabel(), anyLabel(), anyLabel()].join(','),
      skip: random(IMAGES / LABELS)
    }),
    bare: bare.label
  },
  'unlabeled, far down': {
    query: () => ({ state: 'unlabeled', skip: random(IMAGES / 11) }),
    bare: bare.offset
  },
  'counts of labels': { query: () => 'labels', bare: bare.counts }
};

async function inServer(query: ImageQuery | 'labels'): Promise<void> {
  if (query === 'labels') {
    JSON.stringify(labeling.list(versionId));
    return;
  }
  const page = await images.list(version, { limit: PAGE, ...query }, signal);
  JSON.stringify({ ...page, items: presentImages(page.items, version.id, () => null) });
}

type Contender = 'server' | 'bare' | 'answered';
const times = new Map<string, Record<Contender, number[]>>(
  Object.keys(cases).map(name => [name, { server: [], bare: [], answered: [] }])
);
/** Milliseconds in all rounds together. */
const cpu = new Map<string, number>();

async function time(name: string, who: Contender, work: () => unknown): Promise<void> {
  const start = performance.now();
  await work();
  times.get(name)![who].push(performance.now() - start);
}

for (let round = 0; round < ROUNDS; round++) {
  for (const [name, { query, bare: statementOf }] of Object.entries(cases)) {
    const wanted = query();
    const before = process.cpuUsage();
    await time(name, 'server', () => inServer(wanted));
    const { user, system } = process.cpuUsage(before);
    cpu.set(name, (cpu.get(name) ?? 0) + (user + system) / 1000);
    await time(name, 'bare', statementOf);
  }
}
await db.close();

const companion = await startCompanion({
  dataDir: root,
  // As it is installed; a checkout also checks its answers against the contract.
  env: { TOPSDL_SERVER_CHECK_RESPONSES: 'false' }
});
const token = await companion.ownerToken();
const agent = new Agent({ keepAlive: true });

function answer(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(
      {
        socketPath: companion.socket,
        agent,
        path,
        headers: { authorization: `Bearer ${token}` }
      },
      response => {
        response.resume();
        response.once('end', () =>
          response.statusCode === 200
            ? resolve()
            : reject(new Error(`${path} was answered with ${response.statusCode}`))
        );
      }
    ).once('error', reject);
  });
}

for (let round = 0; round < ROUNDS; round++) {
  for (const [name, { query }] of Object.entries(cases)) {
    const wanted = query();
    const path = `/api/dataset-versions/${versionId}/`;
    const parameters = new URLSearchParams(
      Object.entries(wanted === 'labels' ? {} : { limit: PAGE, ...wanted }).map(
        ([parameter, value]) => [parameter, String(value)]
      )
    );
    await time(name, 'answered', () =>
      answer(wanted === 'labels' ? `${path}labels` : `${path}images?${parameters}`)
    );
  }
}
agent.destroy();
await companion.stop();

const quantile = (taken: readonly number[], q: number) =>
  taken.toSorted((a, b) => a - b)[Math.min(taken.length - 1, Math.floor(taken.length * q))]!;
console.log(`${version.total} images, ${LABELS} labels, pages of ${PAGE}, ${ROUNDS} rounds; ms`);
console.log(
  '                          in the server               bare SQLite              answered\n' +
    '                          p50      p99      CPU       p50      p99   ÷ bare    p50      p99   target'
);
for (const [name, { server, bare: peer, answered }] of times) {
  const p50 = quantile(server, 0.5);
  const p99 = quantile(server, 0.99);
  const met = p50 <= TARGET.p50 && p99 <= TARGET.p99;
  const figures = [p50, p99, cpu.get(name)! / ROUNDS, quantile(peer, 0.5), quantile(peer, 0.99)];
  const column = (value: number) => value.toFixed(2).padStart(9);
  console.log(
    name.padEnd(22) +
      figures.map(column).join('') +
      (p50 / quantile(peer, 0.5)).toFixed(1).padStart(8) +
      [quantile(answered, 0.5), quantile(answered, 0.99)].map(column).join('') +
      `   ${met ? 'met' : 'missed'}`
  );
}
if (values.data === undefined) {
  rmSync(root, { recursive: true, force: true });
}
