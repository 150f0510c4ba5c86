import { execFileSync, spawn } from 'node:child_process';
import { on } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { jest } from '@jest/globals';

import type { WorkloadHandle } from '../../src/compute/engine.ts';
import type { LocalEngineConfig } from '../../src/compute/local/config.ts';
import { LocalEngine } from '../../src/compute/local/localEngine.ts';
import { runtimeDirectory } from '../../src/compute/local/paths.ts';
import { readState } from '../../src/compute/local/stateFile.ts';
import { describeEngine } from './conformance/index.ts';
import type { EngineUnderTest } from './conformance/bench.ts';

jest.setTimeout(60_000);

describeEngine('local', async (): Promise<EngineUnderTest> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'topsdl-compute-'));
  const [prefix = '', basePrefix = ''] = execFileSync(
    'python3',
    ['-c', 'import sys; print(sys.prefix); print(sys.base_prefix)'],
    { encoding: 'utf8' }
  ).split('\n');
  const config: LocalEngineConfig = {
    dataDirectory,
    python: { prefix, basePrefix },
    logLimitBytes: 32 * 1024 * 1024,
    maxProcesses: 500
  };
  const engine = await LocalEngine.create(config);
  let count = 0;
  const directoryOf = (handle: WorkloadHandle): string => String(handle.data.directory);
  return {
    engine,
    again: () => LocalEngine.create(config),
    directory: () => {
      const path = join(dataDirectory, `d${count++}`);
      mkdirSync(path, { mode: 0o700 });
      return path;
    },
    submitElsewhere: async (plan, begin = false) => {
      const child = spawn(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          join(__dirname, 'submitter.ts'),
          'local',
          JSON.stringify(config)
        ],
        { stdio: ['pipe', 'pipe', 'inherit'], execArgv: [] } as Parameters<typeof spawn>[2] & object
      );
      child.stdin?.end(JSON.stringify(plan));
      if (child.stdout !== null) {
        const wanted = begin ? 'begin' : 'submitted';
        for await (const [line] of on(createInterface({ input: child.stdout }), 'line')) {
          if (line === wanted) {
            break;
          }
        }
      }
      return child;
    },
    slackMs: 2000,
    killOwner: async handle => {
      const pid = readState(directoryOf(handle))?.supervisor.pid;
      if (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
      }
      return Promise.resolve('supervisor_died');
    },
    hasProcesses: handle => {
      const name = String(handle.data.name);
      return readdirSync('/proc')
        .filter(item => /^\d+$/.test(item))
        .some(pid => {
          try {
            const line = readFileSync(`/proc/${pid}/environ`, 'latin1');
            const group = readFileSync(`/proc/${pid}/cgroup`, 'latin1');
            return line.includes(`TOPSDL_RUN=${handle.runId}`) || group.includes(name);
          } catch {
            return false;
          }
        });
    },
    dispose: async () => {
      await engine.close();
      rmSync(dataDirectory, { recursive: true, force: true });
      const runtime = runtimeDirectory(dataDirectory);
      const left = existsSync(runtime) ? readdirSync(runtime).filter(name => name !== 'stage') : [];
      rmSync(runtime, { recursive: true, force: true });
      if (left.length > 0) {
        throw new Error(`Left behind: ${left.join(', ')}`);
      }
    }
  };
});
