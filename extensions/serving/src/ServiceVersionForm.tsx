import { operations, type Package, type PackageVersion, type Service } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Form, useProjectId, useTops, versionSearch } from '@topsdl/ui';
import { useMemo, type JSX } from 'react';

const { serving } = operations;

/** Adds a production or gray version to a service: the arguments `serviceId` and `role`. */
export default function ServiceVersionForm({ panel, args }: PanelProps): JSX.Element {
  const { client, registry, trans } = useTops();
  const projectId = useProjectId();
  const serviceId = String(args['serviceId']);
  const gray = args['role'] === 'gray';
  const search = useMemo(
    () =>
      versionSearch<Package, PackageVersion>(
        async name => {
          const query = { limit: 20, ...(name ? { search: name } : {}) };
          return (await client.call(serving.listPackages, { params: { projectId }, query })).items;
        },
        async ({ id }) => {
          const params = { packageId: id };
          return (await client.call(serving.listPackageVersions, { params, query: { limit: 200 } }))
            .items;
        },
        ({ name }, { id, number, state }) => ({
          value: id,
          label: `${name} v${number}`,
          disabled: state !== 'completed',
          ...(state === 'completed' ? {} : { note: trans.__('not built') })
        })
      ),
    [client, projectId, trans]
  );
  return (
    <Form<Service>
      operation={gray ? serving.addGray : serving.addProduction}
      params={{ serviceId }}
      title={gray ? trans.__('Add Gray Version') : trans.__('Add Production Version')}
      memory="service-version"
      hints={{
        packageVersionId: { label: trans.__('Package version'), search },
        specId: {
          label: trans.__('Compute spec'),
          widget: 'spec',
          wide: true,
          remember: true
        },
        replicas: { label: trans.__('Replicas'), initial: 1, remember: true },
        ...(gray
          ? {
              share: {
                label: trans.__('Share of the requests'),
                initial: 0.1,
                help: trans.__('From 0 to 1; 0.1 is a tenth.')
              }
            }
          : {}),
        environment: { label: trans.__('Environment variables'), widget: 'pairs', wide: true }
      }}
      submits={[{ id: 'add', label: trans.__('Add') }]}
      submit={body =>
        client.call(gray ? serving.addGray : serving.addProduction, {
          params: { serviceId },
          body: body as never
        })
      }
      onDone={() => {
        panel.close();
        registry.open('service', serviceId);
      }}
      panel={panel}
    />
  );
}
