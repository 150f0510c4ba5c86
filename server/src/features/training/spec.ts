import { join } from 'node:path';
import {
  PlanError,
  type ComputeEngine,
  type EngineCheck,
  type WorkloadSpec
} from '../../compute/engine.ts';
import { ProblemError } from '../../http/problem.ts';
import { askedFor } from '../../reconcile/given.ts';
import { mountsOf, PERSISTENT_MODEL, WORKSPACE } from './layout.ts';
import type { RunConfiguration, RunMount } from './table.ts';

/** Where a run's files are on the host. */
export interface RunPlaces {
  readonly persistentModel: string;
  /** The directory with a version's files, as the run sees them. */
  readonly source: (kind: 'dataset' | 'algorithm' | 'model', versionId: string) => string;
}

/** Names of variables that the platform sets begin so; people cannot set them. */
const OURS = 'TOPSDL_';

/**
 * What the engine is asked to run for an attempt: the command as a shell line on the master, sets read-only below `/workspace`, the run's own persistent-model writable, and the variables that
 * the person set and those that say which run this is. Everything else of the environment is the
 * engine's; nothing is taken over from the companion's.
 */
export function specOf(
  run: { id: string; projectId: string; attempt: number },
  configuration: RunConfiguration,
  places: RunPlaces
): WorkloadSpec {
  const chosen = (kind: 'dataset' | 'algorithm' | 'model', mounts: readonly RunMount[]) =>
    mountsOf(
      kind,
      mounts.map(mount => ({ ...mount, source: places.source(kind, mount.versionId) }))
    );
  return {
    kind: 'batch',
    image: { base: 'host' },
    command: configuration.command,
    workingDirectory: WORKSPACE,
    env: {
      ...configuration.environment,
      [`${OURS}RUN_ID`]: run.id,
      [`${OURS}RUN_NAME`]: configuration.name,
      [`${OURS}ATTEMPT`]: String(run.attempt),
      [`${OURS}NODES`]: String(configuration.nodes),
      [`${OURS}PROJECT_ID`]: run.projectId,
      [`${OURS}PERSISTENT_MODEL`]: PERSISTENT_MODEL
    },
    mounts: [
      ...chosen('algorithm', configuration.algorithms),
      ...chosen('dataset', configuration.datasets),
      ...chosen('model', configuration.models),
      { source: places.persistentModel, target: PERSISTENT_MODEL, readOnly: false }
    ],
    ...askedFor(configuration),
    nodes: configuration.nodes,
    graceMs: configuration.graceSeconds * 1000,
    projectId: run.projectId,
    network: 'none'
  };
}

/**
 * Refuses what the engine here could not run, before anything is made.
 *
 * @throws ProblemError naming the field of the definition
 */
export async function requireRunnable(
  engine: ComputeEngine,
  projectId: string,
  configuration: RunConfiguration
): Promise<void> {
  const ours = Object.keys(configuration.environment).find(name => name.startsWith(OURS));
  if (ours !== undefined) {
    throw new ProblemError('variable-reserved', { name: ours }, `body.environment.${ours}`);
  }
  const check = await engine.check();
  const run = { id: 'check', projectId, attempt: 1 };
  const places: RunPlaces = {
    persistentModel: '/persistent-model',
    source: (kind, versionId) => join('/', kind, versionId)
  };
  try {
    engine.plan(specOf(run, configuration, places), { id: run.id, directory: '/check' });
  } catch (error) {
    throw error instanceof PlanError ? problemOf(error, check) : error;
  }
}

function problemOf(error: PlanError, check: EngineCheck): ProblemError {
  const field = fieldOf(error.field);
  switch (error.code) {
    case 'nodes_unsupported':
      return new ProblemError('needs-sandbox', {}, field);
    case 'placement_excluded':
      return new ProblemError('placement-excluded', error.params, field);
    case 'env_reserved':
      return new ProblemError('variable-reserved', { name: error.params.name ?? '' }, field);
    case 'program_missing': {
      const missing = check.missing.filter(({ program }) =>
        String(error.params.programs ?? '').includes(program)
      );
      return new ProblemError('program-missing', {
        program: missing.map(({ program }) => program).join(', '),
        install: missing.map(({ install }) => install).join('; ')
      });
    }
    default:
      return new ProblemError('invalid', {}, field, {
        fields: [{ field: field ?? 'body', code: 'rule.format', params: {} }]
      });
  }
}

/** The definition's field behind a field of the engine's spec. */
function fieldOf(field: string): string | undefined {
  const [first = '', ...rest] = field.split('.');
  switch (first) {
    case 'env':
      return `body.environment.${rest.join('.')}`;
    case 'resources':
    case 'placement':
      return 'body.specId';
    case 'graceMs':
      return 'body.graceSeconds';
    case 'nodes':
    case 'command':
      return `body.${first}`;
    default:
      return undefined;
  }
}
