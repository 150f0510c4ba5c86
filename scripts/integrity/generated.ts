/** Whether what is made from something else, and committed, is fresh. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a program; what it said when it failed, else null. */
function complaint(folder: string, program: string, args: readonly string[]): string | null {
  try {
    execFileSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe']
    });
    return null;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`.trim();
  }
}

function contractFiles(root: string): string[] {
  const said = complaint(root, process.execPath, [
    '--conditions=topsdl-source',
    'scripts/generate.ts',
    '--check'
  ]);
  return said === null ? [] : [`made from the contract: ${said}`];
}

/** Makes migrations from the tables beside the committed ones; a new one means that they are behind. */
function migrations(root: string): string[] {
  const server = join(root, 'server');
  if (!existsSync(join(server, 'migrations/meta/_journal.json'))) {
    return ['server/migrations: there are none; run drizzle-kit generate in server/'];
  }
  // Below the server, because the tool takes `out` from its working directory.
  const copy = mkdtempSync(join(server, 'lib-migrations-'));
  try {
    cpSync(join(server, 'migrations'), copy, { recursive: true });
    const before = readdirSync(copy).length;
    const said = complaint(server, process.execPath, [
      join(root, 'node_modules/drizzle-kit/bin.cjs'),
      'generate',
      '--dialect=sqlite',
      '--casing=snake_case',
      '--schema=./src/**/table.ts',
      `--out=./${copy.slice(server.length + 1)}`
    ]);
    if (said !== null) {
      return [`server/migrations: ${said}`];
    }
    return readdirSync(copy).length === before
      ? []
      : ['server/migrations: the tables have changed; run drizzle-kit generate in server/'];
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Faults of the files made from the contract and of the migrations made from the tables. */
export function generatedFaults(root: string): string[] {
  return [...contractFiles(root), ...migrations(root)];
}
