import { operations, type PackageVersion } from '@topsdl/contract';
import type { WorkReader, WorkReport } from '@topsdl/lab';
import { speak } from '@topsdl/ui';

const STATES: Readonly<Record<PackageVersion['state'], WorkReport['state']>> = {
  pending: 'active',
  building: 'active',
  completed: 'completed',
  failed: 'failed',
  stopped: 'stopped'
};

/** How the build of a package version stands. */
const readBuild: WorkReader = async ({ client, translation }, packageVersionId) => {
  const { serving } = operations;
  const version = await client.call(serving.getPackageVersion, { params: { packageVersionId } });
  const { packageId, reason } = version;
  const { name } = await client.call(serving.getPackage, { params: { packageId } });
  return {
    name: translation.trans.__('The build of %1 v%2', name, version.number),
    by: version.createdBy?.id ?? null,
    state: STATES[version.state],
    reason: reason ? speak(translation, reason.code, reason.params, reason.detail) : undefined,
    endedAt: version.endedAt,
    panels: [{ kind: 'package-version', id: packageVersionId }]
  };
};

export default readBuild;
