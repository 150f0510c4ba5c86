import { operations, type PackageVersion } from '@topsdl/contract';
import type { PanelProps } from '@topsdl/lab';
import { Form, setVersionSearch, useProjectId, useTops } from '@topsdl/ui';
import { useMemo, type JSX } from 'react';

const { serving } = operations;

/** Adds a version to a package and builds it; the argument `packageId` names the package. */
export default function PackageVersionForm({ panel, args }: PanelProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const projectId = useProjectId();
  const packageId = String(args['packageId']);
  const search = useMemo(
    () => ({
      models: setVersionSearch(host, operations.models, projectId),
      algorithms: setVersionSearch(host, operations.algorithms, projectId)
    }),
    [host, projectId]
  );
  return (
    <Form<PackageVersion>
      operation={serving.createPackageVersion}
      params={{ packageId }}
      title={trans.__('New Package Version')}
      memory="package-version"
      initial={{ build: true }}
      hints={{
        modelVersionIds: { label: trans.__('Models'), search: search.models },
        algorithmVersionIds: { label: trans.__('Inference code'), search: search.algorithms },
        baseImage: {
          label: trans.__('Base image'),
          initial: 'host',
          options: [{ value: 'host', label: trans.__('host, this machine and its Python') }]
        },
        port: { label: trans.__('Port'), initial: 8080, remember: true },
        arguments: {
          label: trans.__('Start command, argument by argument'),
          widget: 'chips',
          repeats: true,
          wide: true,
          remember: true,
          placeholder: 'python3',
          help: trans.__('Such as python3, /workspace/algorithm/digits/serve.py, --port, 8080.')
        },
        requirements: {
          label: trans.__('Python dependencies'),
          widget: 'chips',
          placeholder: 'pandas==2.2.0'
        },
        environment: { label: trans.__('Environment variables'), widget: 'pairs', wide: true },
        setupCommand: {
          label: trans.__('Extra commands for the image'),
          widget: 'command',
          wide: true
        }
      }}
      submits={[{ id: 'build', label: trans.__('Create and Build') }]}
      submit={body =>
        client.call(serving.createPackageVersion, {
          params: { packageId },
          body: { ...body, build: true } as never
        })
      }
      onDone={made => {
        panel.close();
        registry.open('package-version', made.id);
      }}
      panel={panel}
    />
  );
}
