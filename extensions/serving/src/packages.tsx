import { addIcon, deleteIcon, editIcon, stopIcon } from '@jupyterlab/ui-components';
import { operations, type Package, type PackageVersion } from '@topsdl/contract';
import { packageIcon, type SectionProps } from '@topsdl/lab';
import {
  confirmDelete,
  Section,
  TimeAgo,
  useList,
  useMay,
  useProjectId,
  useRun,
  useTops,
  type Action,
  type RowView,
  type SectionFilter
} from '@topsdl/ui';
import type { JSX } from 'react';
import { buildState } from './states.ts';

const { serving } = operations;

function usePackages({ search, mine, sort, placedBy }: SectionFilter) {
  const projectId = useProjectId();
  const { client } = useTops();
  return useList(
    serving.listPackages,
    projectId ? { params: { projectId }, query: { search, mine, sort } } : null,
    {
      watch: [{ kinds: ['package', 'package-version'] }],
      item: packageId => client.call(serving.getPackage, { params: { packageId } }),
      rowOf: event => (event.kind === 'package' ? event.id : event.parentId),
      placedBy
    }
  );
}

/** The section of the sidebar: model packages with their newest versions. */
export default function PackageSection({ section }: SectionProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const { run } = useRun();
  const mayWrite = useMay('platform', 'admin');

  const versionActions = (name: string, version: PackageVersion): Action[] => {
    const params = { packageVersionId: version.id };
    const building = version.state === 'pending' || version.state === 'building';
    return [
      {
        id: 'stop',
        label: trans.__('Stop Building'),
        icon: stopIcon,
        inline: true,
        enabled: building,
        why: trans.__('Only a pending or running build can be stopped.'),
        run: () => run(() => client.call(serving.stopBuild, { params }))
      },
      {
        id: 'build',
        label: trans.__('Build'),
        enabled: !building && version.state !== 'completed',
        why: trans.__('It is built, or being built.'),
        run: () => run(() => client.call(serving.build, { params }))
      },
      {
        id: 'delete',
        label: trans.__('Delete…'),
        icon: deleteIcon,
        danger: true,
        separator: true,
        key: 'Delete',
        enabled: !building,
        why: trans.__('Stop it first.'),
        run: async () => {
          if (await confirmDelete(host, `${name} v${version.number}`)) {
            await run(() => client.call(serving.deletePackageVersion, { params }));
          }
        }
      }
    ];
  };

  const view = (value: Package): RowView => {
    const older = value.versionCount - value.versions.length;
    return {
      id: value.id,
      label: value.name,
      icon: packageIcon,
      title: value.details || value.name,
      detail: String(value.versionCount),
      actions: [
        {
          id: 'version',
          label: trans.__('New Version…'),
          icon: addIcon,
          inline: true,
          run: () =>
            registry.open('package-version-form', `new-${value.id}`, {
              args: { packageId: value.id }
            })
        },
        {
          id: 'edit',
          label: trans.__('Edit…'),
          icon: editIcon,
          key: 'F2',
          run: () => registry.open('package-form', value.id)
        },
        {
          id: 'delete',
          label: trans.__('Delete…'),
          icon: deleteIcon,
          danger: true,
          separator: true,
          key: 'Delete',
          enabled: value.versionCount === 0,
          why: trans.__('Delete its versions first.'),
          run: async () => {
            if (await confirmDelete(host, value.name)) {
              await run(() =>
                client.call(serving.deletePackage, { params: { packageId: value.id } })
              );
            }
          }
        }
      ],
      children: value.versions.map(version => {
        const { tone, text } = buildState(version.state, host);
        return {
          id: version.id,
          label: `v${version.number}`,
          tone,
          stateText: text,
          note: text,
          detail: <TimeAgo time={version.createdAt} />,
          open: () => registry.open('package-version', version.id),
          actions: versionActions(value.name, version)
        };
      }),
      ...(older > 0
        ? {
            more: {
              label: trans._n('%1 older version', '%1 older versions', older),
              open: () => registry.open('package-form', value.id)
            }
          }
        : {})
    };
  };

  return (
    <Section
      section={section}
      useRows={usePackages}
      view={view}
      create={
        mayWrite
          ? {
              label: trans.__('New Model Package'),
              run: () => registry.open('package-form', 'new')
            }
          : undefined
      }
      purpose={trans.__(
        'A package is a model with the code, the libraries and the command that answer for it.'
      )}
    />
  );
}
