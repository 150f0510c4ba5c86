import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import type { ComputeEngine, WorkloadHandle, WorkloadPlan } from '../../src/compute/engine.ts';
import { Engines } from '../../src/compute/engines.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';

jest.setTimeout(60_000);

let dataDirectory: string;
let local: LocalEngine;
/** The same machine under another name, as a second engine. */
let other: ComputeEngine;
let engines: Engines;

/** An engine whose handles and plans have another name. */
function renamed(engine: LocalEngine, name: string): ComputeEngine {
  const back = <T extends { handle: WorkloadHandle }>(plan: T): T => ({
    ...plan,
    handle: { ...plan.handle, engine: name }
  });
  return new Proxy(engine, {
    get(target, property) {
      if (property === 'name') {
        return name;
      }
      if (property === 'plan') {
        return (...given: Parameters<LocalEngine['plan']>): WorkloadPlan =>
          back(target.plan(...given));
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    }
  });
}

beforeAll(async () => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-engines-'));
  local = await LocalEngine.create({ dataDirectory });
  other = renamed(local, 'other');
  engines = new Engines(local, [other]);
});

afterAll(async () => {
  await engines.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

function plan(engine: ComputeEngine, id: string, command: string): WorkloadPlan {
  const directory = join(dataDirectory, id);
  mkdirSync(directory);
  return engine.plan(
    { kind: 'batch', image: { base: 'host' }, command, projectId: 'p' },
    { id, directory }
  );
}

async function textOf(handle: WorkloadHandle): Promise<string> {
  let text = '';
  for await (const entry of engines.logs(handle, { follow: true })) {
    text += entry.text;
  }
  return text;
}

test('what is new runs on the engine that was chosen', () => {
  expect(engines.name).toBe('local');
  expect(plan(engines, 'new', 'true').handle.engine).toBe('local');
});

test('what was begun on another engine is followed, read and ended there', async () => {
  const earlier = plan(other, 'earlier', 'echo earlier; sleep 600');
  await other.submit(earlier);
  const now = plan(engines, 'now', 'echo now');
  await engines.submit(now);
  const seen: string[] = [];
  const unwatch = engines.watch(
    ({ runId, state }) => seen.push(`${runId} ${state}`),
    [now.handle, earlier.handle]
  );
  expect(await textOf(now.handle)).toBe('now');
  await engines.stop(earlier.handle, 0);
  expect(await textOf(earlier.handle)).toBe('earlier');
  const observations = await engines.observe([now.handle, earlier.handle]);
  expect(observations.map(({ runId, state }) => `${runId} ${state}`)).toEqual([
    'now succeeded',
    'earlier stopped'
  ]);
  expect(seen).toEqual(expect.arrayContaining(['now succeeded', 'earlier stopped']));
  unwatch();
  await engines.release(now.handle);
  await engines.release(earlier.handle);
});

test('what was begun on an engine that is not there any more is lost, and nothing of it is started again', async () => {
  const handle: WorkloadHandle = { engine: 'gone', runId: 'g', data: {} };
  const [observation] = await engines.observe([handle]);
  expect(observation).toMatchObject({ runId: 'g', state: 'lost', reason: { code: 'not_found' } });
  expect(() => engines.logs(handle)).toThrow(
    expect.objectContaining({ code: 'unreachable' }) as Error
  );
  await engines.stop(handle);
  await engines.release(handle);
});
