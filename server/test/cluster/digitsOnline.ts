import { operations, type PackageVersion, type Service } from '@topsdl/contract';
import type { ServingStage } from '../support/servingStage.ts';

const { serving } = operations;

/** Two built versions of a package, which answer with their names, and a service that has neither yet. */
export async function digitsOnline(
  serve: ServingStage
): Promise<{ first: PackageVersion; second: PackageVersion; service: Service }> {
  const packageId = await serve.package('digits');
  const build = async (NAME: string): Promise<PackageVersion> =>
    serve.built(await serve.build(packageId, { environment: { NAME } }));
  const [first, second] = await Promise.all([build('one'), build('two')]);
  const service = await serve.stage.owner.call(serving.createService, {
    params: { projectId: serve.stage.projectId },
    body: { name: 'digits online' }
  });
  return { first, second, service };
}
