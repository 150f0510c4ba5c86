import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { Trouble } from './say.ts';

export interface CommandOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A file that gets what the command says; what it says goes into the error otherwise. */
  readonly log?: string;
  readonly input?: string;
}

/** Runs a program to its end and gives what it printed. @throws Trouble with the last lines that it said */
export async function run(
  program: string,
  args: readonly string[],
  options: CommandOptions = {}
): Promise<string> {
  const log = options.log === undefined ? ('pipe' as const) : openSync(options.log, 'a');
  const child = spawn(program, args, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', log === 'pipe' ? 'pipe' : log, log]
  });
  child.stdin?.on('error', () => undefined).end(options.input ?? '');
  const ended = new Promise<string | undefined>(resolve => {
    child.on('error', error => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : `${signal ?? code}`));
  });
  const [output, complaint, failure] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
    ended
  ]);
  if (failure !== undefined) {
    const said =
      options.log === undefined
        ? (complaint || output).trim().split('\n').slice(-12).join('\n')
        : `see ${options.log}`;
    throw new Trouble(`${program} ${args.slice(0, 4).join(' ')} … ended with ${failure}: ${said}`);
  }
  return output;
}

/** Like {@link run}, for what may fail without harm. */
export async function attempt(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false
  );
}
