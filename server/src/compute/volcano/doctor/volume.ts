import type { VolcanoEngineConfig } from '../config.ts';
import { missing, note, ok, wrong, type Finding } from '../finding.ts';
import { KINDS, pathOf } from '../kinds.ts';
import type { PersistentVolumeClaim } from '../manifests/storage.ts';
import { getIfThere, looking, type Reader } from './ask.ts';

const VOLUME = 'volume';
const FILES = 'files';

/** Whether the configured claim can be used by pods of several machines. */
export function examineClaim(
  reader: Reader,
  volume: { claim: string; namespace: string }
): Promise<readonly Finding[]> {
  const { claim, namespace } = volume;
  return looking(VOLUME, `get persistentvolumeclaims in the namespace ${namespace}`, async () => {
    const found = await getIfThere<PersistentVolumeClaim>(
      reader,
      pathOf(KINDS.claim, namespace, claim)
    );
    return [
      found === undefined
        ? missing(
            VOLUME,
            `there is no claim ${namespace}/${claim}: make it, or correct cluster.claim`
          )
        : judgeClaim(found, `${namespace}/${claim}`)
    ];
  });
}

export function judgeClaim({ spec, status }: PersistentVolumeClaim, name: string): Finding {
  const phase = status?.phase ?? 'Pending';
  const modes = status?.accessModes ?? spec.accessModes;
  if (phase !== 'Bound') {
    return wrong(
      VOLUME,
      `the claim ${name} is ${phase}, without storage: see \`kubectl describe pvc\` of it`
    );
  }
  return modes.includes('ReadWriteMany')
    ? ok(VOLUME, `the claim ${name} is bound, ${modes.join(', ')}`)
    : wrong(
        VOLUME,
        `the claim ${name} is ${modes.join(', ')}: pods that the scheduler puts on another machine than the companion's do not start. Use a claim that is ReadWriteMany, or a node selector that names one machine`
      );
}

/** Of a directory of the machines it can be told only how many have to have the same one. @param machines undefined where they may not be seen */
export function judgeHostPath(path: string, machines: number | undefined): Finding {
  return machines === 1
    ? ok(VOLUME, `the directory ${path} of the one machine`)
    : note(
        VOLUME,
        `the directory ${path} has to be the same file system on ${machines === undefined ? 'all machines' : `all ${machines} machines`}: whether it is, \`topsdl doctor --run\` tries`
      );
}

/**
 * Whether pods may write what the companion gives them.
 *
 * @param owner the uid of the data directory's owner, as whom the companion runs
 */
export function judgeOwner({ uid }: Pick<VolcanoEngineConfig, 'uid'>, owner: number): Finding {
  // Root gives files away.
  return owner === 0 || owner === uid
    ? ok(FILES, `pods have the user ${uid}`)
    : wrong(
        FILES,
        `pods have the user ${uid}, and the data directory is of ${owner}, so that they cannot write into it: set cluster.uid to ${owner}`
      );
}
