import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isApiError } from '../../../src/compute/volcano/apiError.ts';
import { APPLY_PATCH, ClusterApi, loadYaml } from '../../../src/compute/volcano/client.ts';
import { KINDS, pathOf, type Kind } from '../../../src/compute/volcano/kinds.ts';
import { namespaceName } from '../../../src/compute/volcano/names.ts';
import type { ClusterObject } from '../../../src/compute/volcano/objects.ts';
import type { TestCluster } from './testCluster.ts';

const DEPLOY = join(__dirname, '../../../../deploy');
const ACCOUNT = 'topsdl-companion';
export const CLAIM = 'topsdl-data';
const STORAGE = {
  accessModes: ['ReadWriteMany'],
  storageClassName: '',
  volumeMode: 'Filesystem'
} as const;

interface Binding extends ClusterObject {
  roleRef?: { kind: string; name: string };
  subjects?: { namespace?: string }[];
  spec?: { policyName?: string };
}

/** `apps/v1`, as far as tests look at it. */
export interface Deployment extends ClusterObject {
  spec: {
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        securityContext: Record<string, unknown>;
        containers: {
          args?: string[];
          env?: { name: string; value?: string }[];
          volumeMounts?: { mountPath: string }[];
        }[];
      };
    };
  };
}

interface KubeConfigFile {
  clusters: { name: string; cluster: Record<string, unknown> }[];
}

/** The objects of a file below `deploy`, as they are applied. */
export function deployed<T extends ClusterObject>(file: string): T[] {
  return (
    readFileSync(join(DEPLOY, file), 'utf8')
      .split(/^---$/m)
      .map(text => JSON.stringify(loadYaml<T>(text)))
      // The client's library gives the field a name of its own.
      .map(text => JSON.parse(text.replaceAll('"_from":', '"from":')) as T)
  );
}

/** Namespaces, an account and its rights as `deploy` has them, under names of a test's own. */
export class Installation {
  readonly api: ClusterApi;
  readonly namespace: string;
  readonly #cluster: TestCluster;
  readonly #made: string[] = [];

  constructor(cluster: TestCluster, namespace: string) {
    this.#cluster = cluster;
    this.api = ClusterApi.connect(cluster);
    this.namespace = namespace;
  }

  /**
   * Applies what is in a file.
   *
   * @param namespace of what has none of its own in the file, but belongs into one
   * @param wanted whether an object of the file is
   */
  async apply(
    file: string,
    namespace?: string,
    wanted: (object: ClusterObject) => boolean = () => true
  ): Promise<void> {
    for (const object of deployed<Binding>(file).filter(wanted)) {
      await this.put(this.#own(object, namespace));
    }
  }

  /** A claim on the test cluster's shared directory. */
  async giveStorage(namespace: string): Promise<void> {
    const name = `${namespace}-storage`;
    const capacity = { storage: '100Gi' };
    await this.put({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        ...STORAGE,
        capacity,
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: this.#cluster.volume },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: CLAIM }
      }
    } as ClusterObject);
    await this.put({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: CLAIM, namespace },
      spec: { ...STORAGE, resources: { requests: capacity }, volumeName: name }
    } as ClusterObject);
  }

  /** Has the API server look at what is in a file as if it were made, and makes nothing. */
  async review(file: string): Promise<void> {
    for (const object of deployed<Binding>(file)) {
      await this.reviewObject(this.#own(object, undefined));
    }
  }

  async reviewObject(object: ClusterObject): Promise<void> {
    const { namespace, name } = object.metadata;
    await this.api.patch(pathOf(kindOf(object), namespace, name), object, APPLY_PATCH, {
      fieldManager: 'test',
      dryRun: 'All',
      fieldValidation: 'Strict'
    });
  }

  async put(object: ClusterObject): Promise<void> {
    const kind = kindOf(object);
    await this.api.apply(kind, object);
    this.#made.push(pathOf(kind, object.metadata.namespace, object.metadata.name));
  }

  /** The path of a kubeconfig that is the companion. */
  async kubeconfig(directory: string): Promise<string> {
    const token = await this.api.create<ClusterObject & { status?: { token?: string } }>(
      { apiVersion: 'v1', plural: `serviceaccounts/${ACCOUNT}/token` },
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        metadata: { name: ACCOUNT, namespace: this.namespace }
      }
    );
    const { clusters } = loadYaml<KubeConfigFile>(readFileSync(this.#cluster.kubeconfig, 'utf8'));
    const path = join(directory, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters,
      users: [{ name: ACCOUNT, user: { token: token.status?.token } }],
      contexts: [{ name: 'own', context: { cluster: clusters[0]?.name, user: ACCOUNT } }],
      'current-context': 'own'
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** @param project of which a test that failed may have left something */
  async remove(project?: string): Promise<void> {
    if (project !== undefined) {
      const name = namespaceName(this.namespace, project);
      const kinds = [KINDS.queue, KINDS.volume, KINDS.namespace];
      this.#made.push(...kinds.map(kind => pathOf(kind, undefined, name)));
    }
    for (const path of this.#made.reverse()) {
      await this.api.remove(path).catch((error: unknown) => {
        if (!isApiError(error) || !error.notFound) {
          throw error;
        }
      });
    }
    await this.api.close();
  }

  /** What the whole cluster has is called after this installation; what is in its namespace is in this one's. */
  #own(object: Binding, namespace: string | undefined): Binding {
    const { metadata, roleRef, subjects, spec } = object;
    const inNamespace =
      namespace ?? (metadata.namespace === undefined ? undefined : this.namespace);
    const own = (name: string): string => `${name}-${this.namespace}`;
    return {
      ...object,
      metadata: {
        ...metadata,
        ...(inNamespace === undefined
          ? { name: object.kind === 'Namespace' ? this.namespace : own(metadata.name) }
          : { namespace: inNamespace })
      },
      ...(roleRef && {
        roleRef: { ...roleRef, ...(roleRef.kind === 'ClusterRole' && { name: own(roleRef.name) }) }
      }),
      ...(subjects && {
        subjects: subjects.map(subject => ({ ...subject, namespace: this.namespace }))
      }),
      ...(spec && {
        spec: { ...spec, ...(spec.policyName && { policyName: own(spec.policyName) }) }
      })
    };
  }
}

function kindOf({ apiVersion = 'v1', kind = '' }: ClusterObject): Kind {
  const plural = kind.toLowerCase();
  return { apiVersion, plural: plural.endsWith('y') ? `${plural.slice(0, -1)}ies` : `${plural}s` };
}
