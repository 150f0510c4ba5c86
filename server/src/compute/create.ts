import { dirname } from 'node:path';
import type { Options } from '../app.ts';
import type { Config } from '../config.ts';
import type { DataDirectory } from '../files/layout.ts';
import type { ComputeEngine } from './engine.ts';
import { LocalEngine } from './local/localEngine.ts';

/** The engine that the configuration chooses. */
export function createEngine(
  config: Config,
  files: DataDirectory,
  options: Options
): Promise<ComputeEngine> {
  const { cards, isolation, log_limit_bytes: logLimitBytes } = config.compute;
  const prefix = options.python === undefined ? undefined : prefixOf(options.python);
  return LocalEngine.create({
    dataDirectory: files.root,
    cards,
    isolation,
    logLimitBytes,
    ...(prefix === undefined
      ? {}
      : { python: { prefix, basePrefix: options.pythonBase ?? prefix } })
  });
}

/** `sys.prefix` of an interpreter: the directory above its `bin`. The name is taken as it is, for a virtual environment's is a link. */
function prefixOf(python: string): string {
  return dirname(dirname(python));
}
