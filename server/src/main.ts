#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Options } from './app.ts';
import { runBackup } from './backup.ts';
import { ConfigError } from './config.ts';
import { runDoctor } from './doctor.ts';
import { SchemaError } from './db/migrate.ts';
import { productVersion } from './entry.ts';
import { AlreadyRunning } from './files/lock.ts';
import { serve } from './serve.ts';
import { asTrouble, Trouble } from './trouble.ts';

const USAGE = `TopsDL's companion.

  main --data DIR [--socket PATH] [--python BIN] [--python-base PREFIX] [--listen HOST:PORT] [--ready-fd N]
      Serves a data directory until SIGTERM, or until nothing needs it any more.
  main backup --data DIR --out FILE
      Writes a copy of the data directory into a tar file, also while it is served.
  main doctor --data DIR [--run]
      Looks at the cluster that the configuration chooses, if it does; --run tries a run there. Lines of JSON.
  main --version
`;

const COMMANDS: ReadonlySet<string | undefined> = new Set([undefined, 'backup', 'doctor']);

/** Exit codes that scripts can tell apart. */
const EXIT = { failed: 1, usage: 2, configuration: 3, alreadyRunning: 4, schema: 5 } as const;

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      socket: { type: 'string' },
      python: { type: 'string' },
      'python-base': { type: 'string' },
      listen: { type: 'string' },
      'ready-fd': { type: 'string' },
      out: { type: 'string' },
      run: { type: 'boolean' },
      version: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' }
    }
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (values.version) {
    process.stdout.write(`${productVersion()}\n`);
    return;
  }
  const { data, out } = values;
  const [command, ...rest] = positionals;
  if (data === undefined || rest.length > 0 || !COMMANDS.has(command)) {
    throw new UsageError(USAGE);
  }
  if (command === 'doctor') {
    await runDoctor(data, values.run ?? false);
    return;
  }
  if (command === 'backup') {
    if (out === undefined) {
      throw new UsageError(USAGE);
    }
    await runBackup(data, out);
    return;
  }
  const readyFd = values['ready-fd'];
  if (readyFd !== undefined && !/^\d{1,5}$/.test(readyFd)) {
    throw new UsageError(`--ready-fd: “${readyFd}” is no file descriptor\n`);
  }
  await serveOrSayWhyNot(
    {
      data,
      ...(values.socket === undefined ? {} : { socket: values.socket }),
      ...(values.python === undefined ? {} : { python: values.python }),
      ...(values['python-base'] === undefined ? {} : { pythonBase: values['python-base'] }),
      ...(values.listen === undefined ? {} : { listen: values.listen })
    },
    readyFd === undefined ? undefined : Number(readyFd)
  );
}

/** @param readyFd where a launcher waits for word; it gets the reason there, as a log on a full disk has none */
async function serveOrSayWhyNot(options: Options, readyFd: number | undefined): Promise<void> {
  try {
    await serve(options, readyFd ?? 1);
  } catch (error) {
    const trouble = asTrouble(error, options.data);
    if (readyFd !== undefined && isExplained(trouble)) {
      writeSync(readyFd, `${JSON.stringify({ ready: false, why: (trouble as Error).message })}\n`);
    }
    throw trouble;
  }
}

class UsageError extends Error {}

function exitCode(error: unknown): number {
  if (
    error instanceof UsageError ||
    (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  ) {
    return EXIT.usage;
  }
  if (error instanceof ConfigError) {
    return EXIT.configuration;
  }
  if (error instanceof AlreadyRunning) {
    return EXIT.alreadyRunning;
  }
  return error instanceof SchemaError ? EXIT.schema : EXIT.failed;
}

/** Whether the message alone says what people need to know. */
function isExplained(error: unknown): boolean {
  return error instanceof Trouble || exitCode(error) !== EXIT.failed;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message, stack } = error as Error;
  process.stderr.write(`${isExplained(error) ? message : (stack ?? message)}\n`);
  process.exit(exitCode(error));
});
