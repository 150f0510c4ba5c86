import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { commandLine } from '../src/commandLine.ts';

test('plain words stay as they are', () => {
  expect(commandLine(['python3', '/workspace/algorithm/数字/serve.py', '--port', '8080'])).toBe(
    'python3 /workspace/algorithm/数字/serve.py --port 8080'
  );
});

test('a shell takes all words apart as they were', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme' }).map(word => word.replaceAll('\0', '')),
    {
      minLength: 1,
      maxLength: 5
    }
  );
  fc.assert(
    fc.property(words, list => {
      const line = `printf '%s\\0' ${commandLine(list)}`;
      const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
      expect(read.split('\0').slice(0, -1)).toEqual(list);
    }),
    { numRuns: 50 }
  );
});
