import { dirname, join, relative } from 'node:path';
import type { Logger } from 'pino';
import type { Options } from '../app.ts';
import { ConfigError, type Config } from '../config.ts';
import type { DataDirectory } from '../files/layout.ts';
import type { ComputeEngine } from './engine.ts';
import { Engines } from './engines.ts';
import { LocalEngine } from './local/localEngine.ts';
import { runtimeDirectory } from './local/paths.ts';
import type { VolcanoEngineConfig } from './volcano/config.ts';
import { clusterFaults, volcanoConfig } from './volcano/settings.ts';
import { VolcanoEngine } from './volcano/volcanoEngine.ts';

interface Surroundings {
  readonly config: Config;
  readonly files: DataDirectory;
  readonly options: Options;
  readonly log: Pick<Logger, 'error'>;
  /** This installation's own short name. */
  readonly instance: string;
}

/** The engine that the configuration chooses, with what another has begun. */
export async function createEngine(around: Surroundings): Promise<ComputeEngine> {
  const { compute, cluster } = around.config;
  if (compute.engine === 'volcano') {
    return new Engines(await onCluster(around), [await onMachine(around)]);
  }
  const others: ComputeEngine[] = [];
  if (clusterFaults(cluster).length === 0) {
    try {
      others.push(await onCluster(around));
    } catch (error) {
      around.log.error({ err: error }, 'what runs on the cluster cannot be followed');
    }
  }
  return new Engines(await onMachine(around), others);
}

function onMachine({ config, files, options }: Surroundings): Promise<ComputeEngine> {
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

function onCluster({ config, files, instance }: Surroundings): Promise<ComputeEngine> {
  return VolcanoEngine.create(
    clusterConfig(config, files.root, instance),
    runtimeDirectory(join(files.root, 'cluster'))
  );
}

/**
 * What the configuration says of a cluster, where it chooses one.
 *
 * @throws ConfigError for a data directory that pods could not see
 */
export function clusterConfig(
  config: Config,
  dataDirectory: string,
  instance: string
): VolcanoEngineConfig {
  const cluster = volcanoConfig(config.cluster, {
    dataDirectory,
    instance,
    logLimitBytes: config.compute.log_limit_bytes,
    overcommit: Math.max(1, config.compute.overcommit),
    inCluster: process.env['KUBERNETES_SERVICE_HOST'] !== undefined
  });
  const { volumeRoot } = cluster;
  if (relative(volumeRoot, dataDirectory).startsWith('..')) {
    throw new ConfigError([
      `cluster.volume_root: the data directory ${dataDirectory} is not in ${volumeRoot}, so pods could not see it`
    ]);
  }
  return cluster;
}

/** `sys.prefix` of an interpreter: the directory above its `bin`. The name is taken as it is, for a virtual environment's is a link. */
function prefixOf(python: string): string {
  return dirname(dirname(python));
}
