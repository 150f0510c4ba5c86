import { operations, type Service } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Form, useProjectId, useTops, type Option } from '@topsdl/ui';
import { useMemo, type JSX } from 'react';

const { serving } = operations;

/** Adds a production or gray version to a service: the arguments `serviceId` and `role`. */
export default function ServiceVersionForm({ panel, args }: PanelProps): JSX.Element {
  const { client, registry, trans } = useTops();
  const projectId = useProjectId();
  const serviceId = String(args['serviceId']);
  const gray = args['role'] === 'gray';
  const search = useMemo(
    () => async (text: string) => {
      const found = await client.call(serving.listPackages, {
        params: { projectId },
        query: { limit: 20, ...(text ? { search: text } : {}) }
      });
      return found.items.flatMap(entry =>
        entry.versions.map((version): Option => ({
          value: version.id,
          label: `${entry.name} v${version.number}`,
          disabled: version.state !== 'completed',
          ...(version.state === 'completed' ? {} : { note: trans.__('not built') })
        }))
      );
    },
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
