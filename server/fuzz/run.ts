/**
 * Runs schemathesis on the whole API of a companion of its own, with an object of each kind in it, and says
 * how many operations answered with success. See docs/testing-api.md.
 *
 *     node --conditions=topsdl-source server/fuzz/run.ts [--seed N] [--examples N] [--phases LIST]
 *         [--seconds N] [--schemathesis PATH] [--keep DIR]
 */
import { allOperations, operations, Permission } from '@topsdl/contract';
import { startCompanion, type Companion } from '@topsdl/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seed } from '../test/http/seed.ts';

const HERE = resolve(fileURLToPath(import.meta.url), '..');
/** What an answer may not be, and what a request may not get through. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'ignored_auth'
];
/** What may answer a request that the document forbids. */
const REFUSALS = [400, 401, 403, 404, 405, 406, 409, 413, 415, 416, 422, 428, 429, 431];
const WALKS_A_ROUND = 100;
/** The share of operations that have to answer with success. */
const WANTED = 0.9;
/** How long the last request, and the report, may take once the time is over. */
const GRACE_MS = 120_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    examples: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '240' },
    phases: { type: 'string', default: 'fuzzing,stateful' },
    schemathesis: { type: 'string', default: 'schemathesis' },
    keep: { type: 'string' }
  }
});

/** A port of the loopback address that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Makes the objects; what the hooks need to know of them. */
async function prepare(companion: Companion, url: string) {
  const { ids } = await seed(companion, await companion.owner());
  const admin = await companion.admin();
  const password = 'password';
  // The built-in administrator may not change itself; this one may all that people may.
  const user = await admin.call(operations.admin.createUser, {
    body: { name: 'fuzzed', password, permissions: Permission.options }
  });
  const people = await admin.call(operations.admin.listUsers, {});
  return {
    url,
    token: await companion.tokenOf(user.name, password),
    secret: companion.secret,
    userName: user.name,
    password,
    kept: people.items.map(({ id }) => id),
    ids: Object.fromEntries(ids)
  };
}

interface Note {
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly answer?: string;
}

async function readNotes(path: string): Promise<Note[]> {
  const notes: Note[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    notes.push(JSON.parse(line) as Note);
  }
  return notes;
}

/** Runs schemathesis. @returns its exit code */
async function fuzz(url: string, directory: string): Promise<number> {
  // The phases differ in what an example is: a request of one operation, or a walk along the links of all.
  // A round of walks ends early, when a repeated walk is answered otherwise (a name is taken the second time);
  // so the rounds are bounded by time.
  writeFileSync(
    join(directory, 'schemathesis.toml'),
    `[generation]\nmax-examples = ${Number(values.examples)}\n` +
      `[phases.stateful.generation]\nmax-examples = ${WALKS_A_ROUND}\n` +
      `[checks.negative_data_rejection]\nexpected-statuses = [${REFUSALS.join(', ')}]\n`
  );
  const child = spawn(
    values.schemathesis,
    [
      ...['run', `${url}/openapi.json`, '--url', url],
      ...['--header', 'X-TopsDL-Client:fuzz'],
      ...['--checks', CHECKS.join(','), '--phases', values.phases, '--mode', 'all'],
      ...['--seed', values.seed, '--max-time', values.seconds],
      ...['--suppress-health-check', 'all', '--request-timeout', '20', '--continue-on-failure'],
      ...['--warnings', 'off', '--no-shrink'],
      ...['--report', 'json', '--report-json-path', join(directory, 'report.json')]
    ],
    {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: join(HERE, 'hooks.py'),
        TOPSDL_FUZZ_STATE: join(directory, 'state.json'),
        TOPSDL_FUZZ_NOTES: join(directory, 'notes.jsonl'),
        PYTHONDONTWRITEBYTECODE: '1',
        NO_COLOR: '1'
      }
    }
  );
  const limit = Number(values.seconds) * 1000 + GRACE_MS;
  // Interrupted, it still reports what it has; but that does not pass.
  const polite = setTimeout(() => child.kill('SIGINT'), limit);
  const last = setTimeout(() => child.kill('SIGKILL'), limit + GRACE_MS);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(polite);
  clearTimeout(last);
  return code ?? 1;
}

const directory = values.keep ?? mkdtempSync(join(tmpdir(), 'topsdl-fuzz-'));
mkdirSync(directory, { recursive: true });
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
console.error(`seed ${values.seed}, ${values.seconds} seconds`);
const companion = await startCompanion({
  args: ['--listen', `127.0.0.1:${port}`],
  // Requirements of packages are invented, too: nothing is asked of an index.
  env: { PIP_NO_INDEX: '1' }
});
try {
  const state = await prepare(companion, url);
  writeFileSync(join(directory, 'state.json'), JSON.stringify(state), { mode: 0o600 });
  const code = await fuzz(url, directory);
  const notes = await readNotes(join(directory, 'notes.jsonl'));
  const reached = new Set(notes.filter(note => note.status < 300).map(note => note.operation));
  const missed = allOperations.filter(({ id }) => !reached.has(id)).map(({ id }) => id);
  const failures = notes.filter(note => note.status >= 500);
  console.log(
    JSON.stringify({
      seed: Number(values.seed),
      requests: notes.length,
      operations: allOperations.length,
      reached: allOperations.length - missed.length,
      missed,
      serverErrors: failures,
      violations: code !== 0
    })
  );
  const enough = allOperations.length - missed.length >= WANTED * allOperations.length;
  process.exitCode = code === 0 && enough && failures.length === 0 ? 0 : 1;
} finally {
  writeFileSync(join(directory, 'companion.log'), companion.stderr);
  await companion.stop();
  if (values.keep === undefined) {
    rmSync(directory, { recursive: true, force: true });
  }
}
