import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, jest } from '@jest/globals';
import {
  ArchiveError,
  EntryError,
  openArchive,
  type ArchiveLimits,
  type ArchiveProblemCode
} from '@topsdl/formats';

const virtual = resolve(__dirname, '../../../.venv/bin/python');

/** The interpreter with Pillow, tensorboard and tensorboardX in it. */
export const PYTHON = existsSync(virtual) ? virtual : 'python3';

// Python's start, and machines that are busy with other tests, take their time.
jest.setTimeout(60_000);

/** A directory that is removed after the tests of a file. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'formats-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a Python program; its arguments are in `argv`, what it prints is returned. */
export function python(program: string, ...args: string[]): string {
  return execFileSync(PYTHON, ['-c', `import sys\nargv = sys.argv[1:]\n${program}`, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024
  });
}

let files = 0;

/** Writes bytes to a new file. */
export function fileOf(directory: string, bytes: Uint8Array): string {
  const path = join(directory, `${files++}.bin`);
  writeFileSync(path, bytes);
  return path;
}

export function newPath(directory: string, suffix = ''): string {
  return join(directory, `${files++}${suffix}`);
}

/** What an archive holds: text of files, codes of what is refused. */
export interface Listing {
  readonly files: Record<string, Buffer>;
  readonly refused: [path: string, code: string][];
  readonly directories: string[];
  readonly system: string[];
}

export async function list(path: string, limits?: Partial<ArchiveLimits>): Promise<Listing> {
  await using archive = await openArchive(path, limits);
  const listing: Listing = { files: {}, refused: [], directories: [], system: [] };
  for await (const entry of archive.entries()) {
    switch (entry.kind) {
      case 'file':
        try {
          listing.files[entry.path] = Buffer.from(await entry.read());
        } catch (error) {
          if (!(error instanceof EntryError)) {
            throw error;
          }
          listing.refused.push([entry.path, error.code]);
        }
        break;
      case 'refused':
        listing.refused.push([entry.path, entry.problem.code]);
        break;
      case 'directory':
        listing.directories.push(entry.path);
        break;
      case 'system':
        listing.system.push(entry.path);
        break;
    }
  }
  return listing;
}

/** The code an archive is refused with; undefined if it is not. */
export async function refusal(
  path: string,
  limits?: Partial<ArchiveLimits>
): Promise<ArchiveProblemCode | undefined> {
  try {
    await list(path, limits);
    return undefined;
  } catch (error) {
    if (error instanceof ArchiveError) {
      return error.code;
    }
    throw error;
  }
}

/** All chunks of a stream in one file. */
export async function save(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) {
    parts.push(Uint8Array.from(chunk));
  }
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

export const read = (path: string) => readFileSync(path);
