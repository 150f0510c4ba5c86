import type { VolcanoEngineConfig } from '../config.ts';
import type { ClusterObject, Quantities } from '../objects.ts';
import { projectLabels } from './project.ts';

/** `v1`. Where the storage is, as its driver has it: copied from the companion's own volume, never from what people write. */
export interface PersistentVolume extends ClusterObject {
  spec: {
    capacity: Quantities;
    accessModes: readonly string[];
    storageClassName?: string;
    volumeMode?: string;
    mountOptions?: readonly string[];
    nodeAffinity?: Readonly<Record<string, unknown>>;
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { apiVersion: string; kind: string; namespace: string; name: string };
    [source: string]: unknown;
  };
}

export interface PersistentVolumeClaim extends ClusterObject {
  spec: {
    accessModes: readonly string[];
    resources: { requests: Quantities };
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
  };
  status?: { phase?: string; accessModes?: readonly string[] };
}

/** Fields of a volume that say how it is bound and not where its storage is. */
const BINDING = new Set(['claimRef', 'persistentVolumeReclaimPolicy', 'storageClassName']);

/**
 * A claim belongs to one namespace: each project gets a volume and a claim of its own on the storage of the companion's. The volume is
 * never reclaimed, for the storage belongs to the companion's claim.
 */
export function projectStorage(
  config: VolcanoEngineConfig,
  namespace: string,
  claim: string,
  original: PersistentVolume
): { volume: PersistentVolume; claim: PersistentVolumeClaim } {
  const { capacity, accessModes, volumeMode } = original.spec;
  const source = Object.fromEntries(
    Object.entries(original.spec).filter(([field]) => !BINDING.has(field))
  ) as PersistentVolume['spec'];
  const labels = projectLabels(config, namespace);
  return {
    volume: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: namespace, labels },
      spec: {
        ...source,
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: '',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim }
      }
    },
    claim: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace, labels },
      spec: {
        accessModes,
        resources: { requests: { storage: capacity.storage ?? '1Gi' } },
        storageClassName: '',
        volumeName: namespace,
        ...(volumeMode === undefined ? {} : { volumeMode })
      }
    }
  };
}
