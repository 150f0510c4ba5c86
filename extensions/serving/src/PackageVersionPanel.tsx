import { buildIcon, stopIcon } from '@jupyterlab/ui-components';
import { operations, type PackageVersion } from '@topsdl/contract';
import { formatBytes, packageIcon, type PanelProps } from '@topsdl/lab';
import {
  DetailHeader,
  Elapsed,
  Facts,
  formatList,
  Loaded,
  LogsView,
  Notice,
  operationLog,
  Silence,
  speak,
  Tabs,
  useQuery,
  useRun,
  useTops
} from '@topsdl/ui';
import { useEffect, useMemo, type JSX } from 'react';
import { commandLine } from './commandLine.ts';
import { buildState } from './states.ts';

const { serving } = operations;

/** A package version: what is in it, and its build; the panel's id is the version's. */
export default function PackageVersionPanel({ panel, id }: PanelProps): JSX.Element {
  const query = useQuery(serving.getPackageVersion, { params: { packageVersionId: id } }, [
    { kinds: ['package-version'], id }
  ]);
  const packageId = query.data?.packageId;
  const owner = useQuery(serving.getPackage, packageId ? { params: { packageId } } : null);
  const title = owner.data && query.data && `${owner.data.name} v${query.data.number}`;
  useEffect(() => {
    if (title) {
      panel.setTitle(title);
    }
  }, [title, panel]);
  return (
    <Loaded query={query}>
      {version => <Version version={version} name={owner.data?.name ?? ''} />}
    </Loaded>
  );
}

function Version({ version, name }: { version: PackageVersion; name: string }): JSX.Element {
  const host = useTops();
  const { client, trans, translation } = host;
  const { run } = useRun();
  const params = useMemo(() => ({ packageVersionId: version.id }), [version.id]);
  const building = version.state === 'pending' || version.state === 'building';
  const log = useMemo(
    () =>
      operationLog(host, {
        operation: serving.buildLog,
        params,
        topic: `serving.build:${version.id}`
      }),
    // A new build has a new log.
    [host, params, version.startedAt]
  );
  const list = (refs: PackageVersion['models']) =>
    refs.length > 0
      ? formatList(
          refs.map(ref => `${ref.name} v${ref.number}`),
          translation.locale
        )
      : trans.__('none');
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader
        icon={packageIcon}
        title={name}
        part={<span>v{version.number}</span>}
        state={buildState(version.state, host)}
        facts={version.startedAt && <Elapsed from={version.startedAt} to={version.endedAt} />}
        actions={[
          building
            ? {
                id: 'stop',
                label: trans.__('Stop'),
                icon: stopIcon,
                inline: true,
                run: () => run(() => client.call(serving.stopBuild, { params }))
              }
            : {
                id: 'build',
                label: trans.__('Build'),
                icon: buildIcon,
                inline: true,
                enabled: version.state !== 'completed',
                why: trans.__('It is built.'),
                run: () => run(() => client.call(serving.build, { params }))
              }
        ]}
      />
      {building && <Silence />}
      {version.reason && (
        <Notice tone="bad">
          {speak(translation, version.reason.code, version.reason.params, version.reason.detail)}
        </Notice>
      )}
      <Tabs
        memory="package-version"
        label={trans.__('Parts of the package')}
        first="log"
        tabs={[
          {
            id: 'log',
            label: trans.__('Build log'),
            render: () => <LogsView label={trans.__('Build log')} source={log} />
          },
          {
            id: 'configuration',
            label: trans.__('Configuration'),
            render: () => (
              <Facts
                items={[
                  [trans.__('Models'), list(version.models)],
                  [trans.__('Inference code'), list(version.algorithms)],
                  [trans.__('Base image'), version.baseImage],
                  [trans.__('Port'), version.port],
                  [
                    trans.__('Start command'),
                    <code key="c">{commandLine(version.arguments)}</code>
                  ],
                  [
                    trans.__('Python dependencies'),
                    version.requirements.join(', ') || trans.__('none')
                  ],
                  [
                    trans.__('Environment variables'),
                    Object.entries(version.environment)
                      .map(([key, value]) => `${key}=${value}`)
                      .join(', ')
                  ],
                  version.setupCommand !== '' && [
                    trans.__('Extra commands'),
                    <code key="s">{version.setupCommand}</code>
                  ],
                  version.bytes !== null && [
                    trans.__('Size'),
                    formatBytes(version.bytes, translation.locale)
                  ]
                ]}
              />
            )
          }
        ]}
      />
    </div>
  );
}
