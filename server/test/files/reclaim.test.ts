import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

const MODULE = pathToFileURL(join(__dirname, '../../src/files/reclaim.ts')).href;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tops-reclaim-'));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwX', directory]);
  rmSync(directory, { recursive: true });
});

/** Runs a line as a user to whom permissions mean something, which they do not to root with its capabilities. */
function asUser(line: string): string {
  const imports = `import * as fs from 'node:fs'; import { makeReadable, removeTree } from '${MODULE}';`;
  const node = [process.execPath, '--input-type=module', '-e'];
  if (process.getuid?.() !== 0) {
    return execFileSync(node[0]!, [...node.slice(1), `${imports}${line}`], { encoding: 'utf8' });
  }
  const drop = ['--bounding-set=-all', '--inh-caps=-all', '--'];
  const script = `${imports}process.getuid = () => 1000;${line}`;
  return execFileSync('setpriv', [...drop, ...node, script], { encoding: 'utf8' });
}

/** What a program of somebody may leave. */
function closed(): string {
  const tree = join(directory, 'tree');
  mkdirSync(join(tree, 'shut', 'in'), { recursive: true });
  writeFileSync(join(tree, 'shut', 'in', 'file'), 'x', { mode: 0o000 });
  execFileSync('chmod', ['555', join(tree, 'shut', 'in')]);
  execFileSync('chmod', ['000', join(tree, 'shut')]);
  execFileSync('chmod', ['000', tree]);
  return tree;
}

test('a tree whose owner may neither list nor change it is removed', () => {
  const tree = closed();
  asUser(`await removeTree('${tree}')`);
  expect(existsSync(tree)).toBe(false);
});

test('a tree with paths that are too long for the system is removed', () => {
  const tree = join(directory, 'tree');
  // As a program gets there: from directory to directory.
  const way = 'for i in $(seq 100); do mkdir "$1" && cd "$1" || exit 1; done';
  mkdirSync(tree);
  execFileSync('bash', ['-c', way, 'way', 'x'.repeat(200)], { cwd: tree });
  asUser(`await removeTree('${tree}')`);
  expect(existsSync(tree)).toBe(false);
});

test('what is not there is removed already', () => {
  asUser(`await removeTree('${join(directory, 'nothing')}')`);
});

test('what a program closed can be read again, and what is behind its links stays closed', () => {
  const outside = join(directory, 'outside');
  writeFileSync(outside, 'x', { mode: 0o000 });
  const tree = join(directory, 'linked');
  mkdirSync(tree);
  execFileSync('ln', ['-s', outside, join(tree, 'link')]);
  expect(
    asUser(`
      await makeReadable('${tree}'); await makeReadable('${closed()}');
      console.log(fs.readFileSync('${join(directory, 'tree/shut/in/file')}', 'utf8'), fs.statSync('${outside}').mode & 0o777)`)
  ).toBe('x 0\n');
});
