import type { ClusterApi } from '../client.ts';
import type { VolcanoEngineConfig } from '../config.ts';
import { missing, note, ok, type Finding } from '../finding.ts';
import { KINDS, type Kind } from '../kinds.ts';
import { looking } from './ask.ts';

const WHAT = 'rights';

/** Something that the engine does to one kind of object. */
export interface Right {
  readonly kind: Kind;
  readonly subresource?: string;
  /** Of one object of this name alone. */
  readonly name?: string;
  readonly verbs: readonly string[];
  /** Where: in the namespaces of projects, in one that is named, or everywhere. */
  readonly within: 'projects' | 'cluster' | { readonly namespace: string };
  readonly needed: string;
  /** What is worse without it, where the rest goes on. */
  readonly without?: string;
}

/** Everything that the engine does in the cluster as it is configured, and nothing else. */
export function neededRights(config: VolcanoEngineConfig): Right[] {
  const { volume } = config;
  const right = (
    kind: Kind,
    verbs: string,
    needed: string,
    within: Right['within'] = 'projects'
  ): Right => ({ kind, verbs: verbs.split(' '), needed, within });
  // Applying an object is a patch, and the making of one where there is none. A WebSocket is a get, and from Kubernetes 1.35 on a create.
  return [
    ...(config.projects === 'given' ? [] : rightsToProjects(config, right)),
    {
      ...right(KINDS.serviceAccount, 'get', 'knowing that a namespace is ready'),
      name: 'default'
    },
    ...('claim' in volume
      ? [
          {
            ...right(KINDS.claim, 'get', 'the shared volume', { namespace: volume.namespace }),
            name: volume.claim
          }
        ]
      : []),
    right(KINDS.job, 'create delete get list watch', 'runs'),
    right(KINDS.podGroup, 'list watch', 'the reason why a run waits'),
    right(KINDS.command, 'create', 'stopping runs'),
    right(KINDS.pod, 'delete list watch', 'nodes of runs'),
    { ...right(KINDS.pod, 'create get', 'terminals in nodes'), subresource: 'exec' },
    ...(config.reach === 'forward'
      ? [{ ...right(KINDS.pod, 'create get', 'services'), subresource: 'portforward' }]
      : []),
    right(KINDS.statefulSet, 'create delete get list watch', 'services'),
    { ...right(KINDS.statefulSet, 'patch', 'replicas of services'), subresource: 'scale' },
    right(KINDS.service, 'create', 'services'),
    ...(config.gateway === undefined
      ? []
      : [right(KINDS.httpRoute, 'create delete list patch', 'routes of services', 'cluster')]),
    {
      ...right(KINDS.podMetrics, 'list', 'what nodes of runs use'),
      without: 'a node that does not measure itself has no figures'
    },
    // What looks at namespaces alone does not look at machines.
    ...(config.watch === 'namespace'
      ? []
      : [
          {
            ...right(KINDS.node, 'list watch', 'telling what the cluster has', 'cluster'),
            without: 'a run that waits does not say of what there is too little'
          }
        ])
  ];
}

/** What the engine does with projects' namespaces, where nobody else makes them. */
function rightsToProjects(
  config: VolcanoEngineConfig,
  right: (kind: Kind, verbs: string, needed: string, within?: Right['within']) => Right
): Right[] {
  return [
    right(KINDS.namespace, 'create delete list patch', 'a namespace for each project', 'cluster'),
    right(KINDS.resourceQuota, 'create delete patch', 'quotas of projects'),
    right(KINDS.networkPolicy, 'create patch', 'keeping projects apart'),
    ...(config.queue === undefined
      ? [right(KINDS.queue, 'create delete get patch', 'a queue for each project', 'cluster')]
      : []),
    ...('claim' in config.volume
      ? [
          right(KINDS.claim, 'create', 'the shared volume in each project'),
          right(KINDS.volume, 'create delete get', 'the shared volume in each project', 'cluster')
        ]
      : [])
  ];
}

/** How a rule of RBAC calls the resource. */
export function resourceOf({ kind, subresource }: Right): string {
  return subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
}

/** The group of a kind; that of Kubernetes' oldest kinds is empty. */
export function groupOf({ apiVersion }: Kind): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/**
 * Which rights the credentials have, in the API server's own word for each.
 *
 * @param namespaces of the projects that there are; looked at where the engine does not see the whole cluster
 */
export async function examineRights(
  api: ClusterApi,
  config: VolcanoEngineConfig,
  namespaces: readonly string[]
): Promise<readonly Finding[]> {
  const everywhere = config.watch === 'cluster' || namespaces.length === 0;
  return looking(WHAT, 'ask which rights they have', async () => {
    const rights = neededRights(config);
    const faults: Finding[] = [];
    for (const right of rights) {
      const places = placesOf(right, everywhere ? [undefined] : namespaces);
      const answers = await Promise.all(
        places.flatMap(place =>
          right.verbs.map(async verb => ({
            verb,
            allowed: await isAllowed(api, right, verb, place)
          }))
        )
      );
      const refused = right.verbs.filter(verb =>
        answers.some(answer => answer.verb === verb && !answer.allowed)
      );
      if (refused.length > 0) {
        faults.push(fault(right, refused));
      }
    }
    const count = rights.reduce((sum, { verbs }) => sum + verbs.length, 0);
    return faults.length > 0 ? faults : [ok(WHAT, `all ${count} that the engine needs are there`)];
  });
}

function placesOf(
  { within }: Right,
  projects: readonly (string | undefined)[]
): readonly (string | undefined)[] {
  return within === 'projects' ? projects : [within === 'cluster' ? undefined : within.namespace];
}

function fault(right: Right, refused: readonly string[]): Finding {
  const { kind, within, needed, without } = right;
  const group = groupOf(kind);
  const resource = `${resourceOf(right)}${group === '' ? '' : ` of ${group}`}`;
  const where = typeof within === 'object' ? ` in the namespace ${within.namespace}` : '';
  const lack = `they may not ${refused.join(', ')}${where}`;
  const mend = 'allow it in a role of these credentials';
  return without === undefined
    ? missing(`right to ${resource}`, `${lack}, which is needed for ${needed}: ${mend}`)
    : note(`right to ${resource}`, `${lack}, and ${without}: ${mend}`);
}

async function isAllowed(
  api: ClusterApi,
  right: Right,
  verb: string,
  namespace: string | undefined
): Promise<boolean> {
  const { kind, subresource, name } = right;
  const { status } = await api.post<{ status?: { allowed?: boolean } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          group: groupOf(kind),
          resource: kind.plural,
          verb,
          ...(subresource === undefined ? {} : { subresource }),
          ...(name === undefined ? {} : { name }),
          ...(namespace === undefined ? {} : { namespace })
        }
      }
    }
  );
  return status?.allowed === true;
}
