import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CompanionOptions } from '@topsdl/testing';

const VIRTUAL = join(resolve(__dirname, '../../..'), '.venv/bin/python');

/** The checkout's Python, or else the one on PATH: what the image `host` has in tests. */
export const PYTHON = existsSync(VIRTUAL)
  ? VIRTUAL
  : execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8'
    }).trim();

/** Tells a companion about it. */
export function withPython(): Pick<CompanionOptions, 'args'> {
  const base = execFileSync(PYTHON, ['-c', 'import sys; print(sys.base_prefix)'], {
    encoding: 'utf8'
  });
  return { args: ['--python', PYTHON, '--python-base', base.trim()] };
}
