import '../style/index.css';
import { addIcon } from '@jupyterlab/ui-components';
import { operations, type Service } from '@topsdl/contract';
import { serviceIcon, type PanelProps } from '@topsdl/lab';
import {
  type Action,
  Button,
  confirm,
  CopyId,
  DetailHeader,
  EmptyState,
  Loaded,
  LogsView,
  operationLog,
  Silence,
  Tabs,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, useMemo, type JSX } from 'react';
import { LiveMetrics } from './LiveMetrics.tsx';
import { Roles } from './Roles.tsx';
import { TryIt } from './TryIt.tsx';

const { serving } = operations;

/** An online service; the panel's id is the service's. */
export default function ServicePanel({ panel, id }: PanelProps): JSX.Element {
  const query = useQuery(serving.getService, { params: { serviceId: id } }, [
    { kinds: ['service'], id }
  ]);
  const name = query.data?.name;
  useEffect(() => {
    if (name) {
      panel.setTitle(name);
    }
  }, [name, panel]);
  return <Loaded query={query}>{service => <Body service={service} />}</Loaded>;
}

function Body({ service }: { service: Service }): JSX.Element {
  const host = useTops();
  const { client, registry, trans } = host;
  const { run } = useRun();
  const address = new URL(`${client.baseUrl}${service.path.replace(/^\//, '')}`, document.baseURI)
    .href;
  const addVersion = (role: 'production' | 'gray') =>
    registry.open('service-version-form', `${role}-${service.id}`, {
      args: { serviceId: service.id, role }
    });
  const swap = async () => {
    const sure = await confirm(host, {
      title: trans.__('Swap production and gray of %1?', service.name),
      text: trans.__('No request is lost. The share stays with the gray role.'),
      accept: trans.__('Swap')
    });
    if (sure) {
      await run(() =>
        client.call(serving.swap, {
          params: { serviceId: service.id },
          body: { revision: service.revision }
        })
      );
    }
  };
  const both = service.production !== null && service.gray !== null;
  const actions: Action[] = [
    ...(service.production
      ? [
          {
            id: 'gray',
            label: trans.__('Add Gray Version…'),
            icon: addIcon,
            inline: service.gray === null,
            enabled: service.gray === null,
            why: trans.__('There is a gray version already.'),
            run: () => addVersion('gray')
          }
        ]
      : []),
    {
      id: 'swap',
      label: trans.__('Swap Production and Gray'),
      inline: true,
      enabled: both,
      why: both ? trans.__('Exchange the versions') : trans.__('It needs a gray version.'),
      run: swap
    }
  ];
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader
        icon={serviceIcon}
        title={service.name}
        facts={service.details}
        actions={actions}
      />
      <Silence />
      <div className="topsdl-Service-address">
        <span className="topsdl-mod-muted">{trans.__('Address')}</span>
        <CopyId text={address} />
      </div>
      {service.production === null ? (
        <EmptyState
          action={
            <Button primary onClick={() => addVersion('production')}>
              {trans.__('Add Production Version…')}
            </Button>
          }
        >
          {trans.__('The service answers once it has a production version.')}
        </EmptyState>
      ) : (
        <>
          <Roles service={service} />
          <Tabs
            memory="service"
            label={trans.__('Parts of the service')}
            first="live"
            tabs={[
              {
                id: 'live',
                label: trans.__('Live'),
                render: () => <LiveMetrics serviceId={service.id} />
              },
              {
                id: 'try',
                label: trans.__('Try it'),
                render: () => <TryIt address={address} hasGray={service.gray !== null} />
              },
              {
                id: 'production-logs',
                label: trans.__('Production logs'),
                render: () => <RoleLogs service={service} role="production" />
              },
              ...(service.gray
                ? [
                    {
                      id: 'gray-logs',
                      label: trans.__('Gray logs'),
                      render: () => <RoleLogs service={service} role="gray" />
                    }
                  ]
                : [])
            ]}
          />
        </>
      )}
    </div>
  );
}

function RoleLogs(props: { service: Service; role: 'production' | 'gray' }): JSX.Element {
  const host = useTops();
  const { trans } = host;
  const { service, role } = props;
  const versionId = service[role]?.id;
  const source = useMemo(
    () =>
      operationLog(host, {
        operation: serving.logs,
        params: { serviceId: service.id, role },
        topic: `serving.${role === 'gray' ? 'gray-logs' : 'logs'}:${service.id}`
      }),
    // After a swap the role has another version, with a log of its own.
    [host, service.id, role, versionId]
  );
  return <LogsView label={trans.__('Logs')} source={source} />;
}
