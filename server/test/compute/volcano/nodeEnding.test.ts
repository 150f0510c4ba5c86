import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const NODE = join(__dirname, '../../../src/compute/volcano/node');

let directory: string;
let launcher: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'topsdl-ending-'));
  // The kernel names a process after its file.
  launcher = join(directory, 'mpirun');
  copyFileSync('/bin/bash', launcher);
  execFileSync('mkfifo', [join(directory, 'nothing')]);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/**
 * Ends a node on which a shell line runs, once it has written a line; gives what it wrote from then on. `nap` in it is a shell's own, in
 * no process that could be told to end.
 */
function end(line: string): string {
  const begin = `exec 9<> ${join(directory, 'nothing')}; nap() { read -t "$1" -u 9; }; export -f nap; `;
  const program = `
import subprocess, sys
sys.path.insert(0, ${JSON.stringify(NODE)})
import processes
from ending import Ending
run = subprocess.Popen(${JSON.stringify(['/bin/bash', '-c', begin + line])}, stdout=subprocess.PIPE, text=True)
run.stdout.readline()
Ending("master", True, lambda: False).run()
processes.end_all()
print(run.stdout.read(), end="")
`;
  const sandbox = ['--unshare-pid', '--as-pid-1', '--dev-bind', '/', '/', '--proc', '/proc'];
  return execFileSync('bwrap', [...sandbox, 'python3', '-c', program], {
    encoding: 'utf8',
    timeout: 20_000
  });
}

test('what a launcher starts after everybody was told to end is told, too', () => {
  const late = `${launcher} -c 'nap 1; sleep 600 & echo started; wait; echo over'`;
  expect(end(`trap "${late} & nap 2; exit" TERM; echo up; while :; do nap 0.1; done`)).toBe(
    'started\nover\n'
  );
});

test('what a program starts to save is left to it', () => {
  expect(end(`trap 'sleep 1; echo saved; exit' TERM; echo up; while :; do nap 0.1; done`)).toBe(
    'saved\n'
  );
});
