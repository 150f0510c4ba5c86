import { missing, ok, type Finding } from '../finding.ts';
import { KINDS } from '../kinds.ts';
import { getIfThere, listed, looking, type Reader } from './ask.ts';

export const VOLCANO = 'Volcano';
/** What to do where there is none. */
export const INSTALL_VOLCANO = 'install Volcano 1.6 or later in the cluster';

/** What the engine uses of Volcano, by group and version. */
const USED = [KINDS.job, KINDS.podGroup, KINDS.queue, KINDS.command];

/** Whether the cluster has Volcano's kinds in the versions that are used. Everybody may ask what an API server serves. */
export function examineServed(reader: Reader): Promise<readonly Finding[]> {
  return looking(VOLCANO, 'ask what the API server serves', async () => {
    const versions = [...new Set(USED.map(({ apiVersion }) => apiVersion))];
    const faults = await Promise.all(versions.map(version => faultOf(reader, version)));
    const found = faults.filter(fault => fault !== undefined);
    return found.length > 0 ? found : [ok(VOLCANO, `${listed(versions)} are served`)];
  });
}

async function faultOf(reader: Reader, version: string): Promise<Finding | undefined> {
  const wanted = USED.flatMap(({ apiVersion, plural }) => (apiVersion === version ? plural : []));
  const absent = await notServed(reader, version, wanted);
  if (absent.length === 0) {
    return undefined;
  }
  const [group = ''] = version.split('/');
  const known = await getIfThere<{ versions?: readonly { version: string }[] }>(
    reader,
    `/apis/${group}`
  );
  const others = (known?.versions ?? []).map(item => item.version);
  const instead = others.length > 0 ? ` (of ${group} there is ${listed(others)})` : '';
  return missing(
    VOLCANO,
    `${listed(absent)} of ${version} are not served${instead}: ${INSTALL_VOLCANO}`
  );
}

/** Those of some kinds of a version, by their plurals, that the API server does not know. @throws ApiError */
export async function notServed(
  reader: Reader,
  version: string,
  plurals: readonly string[]
): Promise<readonly string[]> {
  const served = await getIfThere<{ resources?: readonly { name: string }[] }>(
    reader,
    `/apis/${version}`
  );
  return plurals.filter(plural => !served?.resources?.some(({ name }) => name === plural));
}
