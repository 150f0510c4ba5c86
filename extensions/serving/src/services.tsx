import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import { operations, type Service, type ServiceVersion } from '@topsdl/contract';
import { serviceIcon, type SectionProps } from '@topsdl/lab';
import {
  confirmDelete,
  pythonThing,
  Section,
  useList,
  useMay,
  useProjectId,
  useRun,
  useTops,
  type RowView,
  type SectionFilter
} from '@topsdl/ui';
import type { JSX } from 'react';
import { serviceState } from './states.ts';

const { serving } = operations;

function useServices({ search, mine, sort, placedBy }: SectionFilter) {
  const projectId = useProjectId();
  const { client } = useTops();
  return useList(
    serving.listServices,
    projectId ? { params: { projectId }, query: { search, mine, sort } } : null,
    {
      watch: [{ kinds: ['service'] }],
      item: serviceId => client.call(serving.getService, { params: { serviceId } }),
      placedBy
    }
  );
}

/** The section of the sidebar: services with their two roles. */
export default function ServiceSection({ section }: SectionProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const { run } = useRun();
  const mayWrite = useMay('platform', 'admin');

  const roleRow = (
    service: Service,
    role: 'production' | 'gray',
    version: ServiceVersion
  ): RowView => {
    const { tone, text } = serviceState(version.state, host);
    const share = role === 'gray' ? service.grayShare : service.gray ? 1 - service.grayShare : 1;
    const word = role === 'gray' ? trans.__('gray') : trans.__('production');
    return {
      id: role,
      label: `${word} v${version.packageNumber}`,
      title: `${version.packageName} v${version.packageNumber}, ${text}`,
      tone,
      stateText: text,
      detail: `${Math.round(share * 100)} %  ${version.replicas}/${version.available}`,
      open: () => registry.open('service', service.id)
    };
  };

  const view = (value: Service): RowView => {
    const worst = value.gray ?? value.production;
    const state = worst && serviceState(worst.state, host);
    return {
      id: value.id,
      label: value.name,
      icon: serviceIcon,
      ...(state ? { tone: state.tone, stateText: state.text } : { tone: 'idle' }),
      title: value.details || value.name,
      detail: value.production ? '' : trans.__('no version'),
      open: () => registry.open('service', value.id),
      actions: [
        ...(value.production
          ? []
          : [
              {
                id: 'production',
                label: trans.__('Add Production Version…'),
                icon: addIcon,
                inline: true,
                run: () =>
                  registry.open('service-version-form', `production-${value.id}`, {
                    args: { serviceId: value.id, role: 'production' }
                  })
              }
            ]),
        {
          id: 'edit',
          label: trans.__('Edit…'),
          icon: editIcon,
          key: 'F2',
          run: () => registry.open('service-form', value.id)
        },
        {
          id: 'delete',
          label: trans.__('Delete…'),
          icon: deleteIcon,
          danger: true,
          separator: true,
          key: 'Delete',
          enabled: value.production === null && value.gray === null,
          why: trans.__('Delete its versions first.'),
          run: async () => {
            if (await confirmDelete(host, value.name)) {
              await run(() =>
                client.call(serving.deleteService, { params: { serviceId: value.id } })
              );
            }
          }
        }
      ],
      children: [
        ...(value.production ? [roleRow(value, 'production', value.production)] : []),
        ...(value.gray ? [roleRow(value, 'gray', value.gray)] : [])
      ],
      python: pythonThing(host, 'service', value.name)
    };
  };

  return (
    <Section
      section={section}
      useRows={useServices}
      view={view}
      create={
        mayWrite
          ? {
              label: trans.__('New Online Service'),
              run: () => registry.open('service-form', 'new')
            }
          : undefined
      }
      purpose={trans.__(
        'A service answers HTTP requests with a package version, and can try a gray version on a share of them.'
      )}
    />
  );
}
