import type { ClusterApi } from '../client.ts';
import { note, ok, wrong, type Finding } from '../finding.ts';
import { isApiError } from '../apiError.ts';
import { KINDS, pathOf } from '../kinds.ts';
import type { Deployment, ObjectList } from '../objects.ts';
import { listed, looking } from './ask.ts';

const WHAT = "Volcano's programs";
/** Before it, a job with a task of no replicas, which a run of one node has, is never scheduled. */
const OLDEST = [1, 6];
/** Where its installation puts it, unless told otherwise. */
const NAMESPACE = 'volcano-system';
/** The label `app` of each, as Volcano's chart has it. */
const LABELS = {
  controller: 'volcano-controller',
  scheduler: 'volcano-scheduler',
  admission: 'volcano-admission'
} as const;
export type Program = keyof typeof LABELS;
export type Programs = ReadonlyMap<Program, Deployment>;

/** Volcano's own deployments, wherever in the cluster they are. @throws ApiError where they may not be seen */
export async function findPrograms(api: ClusterApi): Promise<Programs> {
  const labelSelector = `app in (${Object.values(LABELS).join(',')})`;
  const list = (namespace?: string): Promise<ObjectList<Deployment>> =>
    api.get(pathOf(KINDS.deployment, namespace), { labelSelector });
  const { items = [] } = await list().catch((error: unknown) => {
    // A right of this one namespace alone is enough.
    if (isApiError(error) && error.forbidden) {
      return list(NAMESPACE);
    }
    throw error;
  });
  return new Map(
    (Object.keys(LABELS) as Program[]).flatMap(program => {
      const found = items.find(({ metadata }) => metadata.labels?.['app'] === LABELS[program]);
      return found === undefined ? [] : [[program, found]];
    })
  );
}

/** Which versions run, and whether they do. */
export function examinePrograms(find: () => Promise<Programs>): Promise<readonly Finding[]> {
  return looking(WHAT, `list deployments in ${NAMESPACE}`, async () => {
    const programs = await find();
    if (programs.size === 0) {
      return [
        note(
          WHAT,
          `the version cannot be told: there are no deployments with the labels of Volcano's chart (app=${LABELS.scheduler})`
        )
      ];
    }
    const faults = [...programs].flatMap(([program, deployment]) => faultsOf(program, deployment));
    const versions = [...programs].map(
      ([program, deployment]) => `${program} ${versionOf(deployment) ?? 'of no known version'}`
    );
    return faults.length > 0 ? faults : [ok(WHAT, listed(versions))];
  });
}

function faultsOf(program: Program, deployment: Deployment): Finding[] {
  const { namespace = '', name } = deployment.metadata;
  const version = versionOf(deployment);
  const faults: Finding[] = [];
  if ((deployment.status?.availableReplicas ?? 0) === 0) {
    faults.push(
      wrong(
        WHAT,
        `no pod of the ${program} is ready: see \`kubectl -n ${namespace} describe deployment ${name}\``
      )
    );
  }
  if (version !== undefined && isOlder(version)) {
    faults.push(
      wrong(WHAT, `the ${program} is ${version}: update Volcano to ${OLDEST.join('.')} or later`)
    );
  }
  return faults;
}

/** The tag of the image, where it is a version. */
export function versionOf(deployment: Deployment): string | undefined {
  const image = deployment.spec?.template?.spec?.containers?.[0]?.image ?? '';
  return /:(v?\d+\.\d+[\w.-]*)(@|$)/.exec(image)?.[1];
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number.parseFloat);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
