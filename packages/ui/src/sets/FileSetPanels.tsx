import { downloadIcon } from '@jupyterlab/ui-components';
import type { FileEntry, FileSet, SetVersion } from '@topsdl/contract';
import { formatBytes, type PanelProps } from '@topsdl/lab';
import { useEffect, type JSX } from 'react';
import { DetailHeader } from '../detail/Detail.tsx';
import { Loaded } from '../feedback/Loaded.tsx';
import { Badge } from '../feedback/marks.tsx';
import { EmptyState } from '../feedback/states.tsx';
import { TimeAgo } from '../feedback/time.tsx';
import { FileList } from '../files/FileList.tsx';
import { useTops } from '../host.tsx';
import { Table } from '../list/Table.tsx';
import { useList, useQuery, useRun } from '../store/hooks.ts';
import { setActions, versionActions } from './actions.ts';
import { pythonOf, type SetKind } from './kind.ts';
import { scenarioWords } from './scenarios.ts';

type Props = PanelProps & { readonly kind: SetKind };

/** All versions of a file set; the panel's id is the set's. */
export function FileSetPanel({ panel, id, kind }: Props): JSX.Element {
  const host = useTops();
  const { registry, trans, translation } = host;
  const { run } = useRun();
  const set = useQuery(kind.operations.get, { params: { setId: id } }, [
    { kinds: [kind.events.set], id },
    { kinds: [kind.events.version], parentId: id }
  ]);
  const versions = useList(
    kind.operations.listVersions,
    { params: { setId: id }, query: { limit: 200 } },
    { watch: [{ kinds: [kind.events.version], parentId: id }] }
  );
  const name = set.data?.name;
  useEffect(() => {
    if (name) {
      panel.setTitle(name);
    }
  }, [name, panel]);
  return (
    <Loaded query={set}>
      {found => (
        <div className="topsdl-PanelBody">
          <DetailHeader
            icon={kind.icon}
            title={found.name}
            facts={[scenarioWords(host)[found.scenario], found.details].filter(Boolean).join(' · ')}
            actions={setActions(host, run, kind, found)}
          />
          <Table
            label={trans.__('Versions')}
            items={versions.items}
            id={version => version.id}
            open={version => registry.open(kind.panels.version, version.id)}
            actions={version => versionActions(host, run, kind, found, version)}
            python={version => pythonOf(host, kind, found, version)}
            onEnd={versions.more}
            columns={[
              { id: 'number', label: trans.__('Version'), cell: version => `v${version.number}` },
              {
                id: 'files',
                label: trans.__('Files'),
                align: 'end',
                cell: version => version.fileCount
              },
              {
                id: 'bytes',
                label: trans.__('Size'),
                align: 'end',
                cell: version => formatBytes(version.bytes, translation.locale)
              },
              { id: 'by', label: trans.__('By'), cell: version => version.createdBy?.name ?? '' },
              {
                id: 'created',
                label: trans.__('Created'),
                cell: version => <TimeAgo time={version.createdAt} />
              }
            ]}
          />
        </div>
      )}
    </Loaded>
  );
}

/** The files of one version; the panel's id is the version's. */
export function FileSetVersionPanel({ panel, id, kind }: Props): JSX.Element {
  const version = useQuery(kind.operations.getVersion, { params: { versionId: id } }, [
    { kinds: [kind.events.version], id }
  ]);
  const setId = version.data?.setId;
  const set = useQuery(kind.operations.get, setId ? { params: { setId } } : null);
  const title = set.data && version.data && `${set.data.name} v${version.data.number}`;
  useEffect(() => {
    if (title) {
      panel.setTitle(title);
    }
  }, [title, panel]);
  return (
    <Loaded query={version}>
      {found => (
        <Loaded query={set}>{owner => <Files kind={kind} set={owner} version={found} />}</Loaded>
      )}
    </Loaded>
  );
}

function Files(props: { kind: SetKind; set: FileSet; version: SetVersion }): JSX.Element {
  const { kind, set, version } = props;
  const host = useTops();
  const { client, registry, trans, translation } = host;
  const { run } = useRun();
  const params = { versionId: version.id };
  const files = useQuery(kind.operations.listFiles, { params, query: { recursive: 'true' } }, [
    { kinds: [kind.events.version], id: version.id }
  ]);
  const address = (entry: FileEntry) =>
    client.url(kind.operations.readFile, { params, query: { path: entry.path } });
  const download = (entry: FileEntry) => {
    const link = document.createElement('a');
    link.href = address(entry);
    link.download = entry.name;
    link.click();
  };
  const { origin } = version;
  return (
    <div className="topsdl-PanelBody">
      <DetailHeader
        icon={kind.icon}
        title={set.name}
        part={<span>v{version.number}</span>}
        facts={
          <>
            {trans._n('%1 file', '%1 files', version.fileCount)},{' '}
            {formatBytes(version.bytes, translation.locale)} · <TimeAgo time={version.createdAt} />
            {version.createdBy && ` · ${version.createdBy.name}`}
            {origin.kind === 'training-run' && (
              <>
                {' · '}
                <button
                  type="button"
                  className="topsdl-Link"
                  onClick={() => registry.open('training-run', origin.runId)}
                >
                  {trans.__('from %1', origin.name)}
                </button>
              </>
            )}
          </>
        }
        actions={versionActions(host, run, kind, set, version)}
      >
        {version.sealed && <Badge tone="idle">{trans.__('sealed')}</Badge>}
      </DetailHeader>
      <Loaded query={files}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>
              {trans.__('No files yet. Browse the version to upload or write some.')}
            </EmptyState>
          ) : (
            <FileList
              label={trans.__('Files')}
              items={items}
              open={entry => kind.fileActions?.(entry, address(entry))[0]?.run() ?? download(entry)}
              actions={entry =>
                entry.kind === 'directory'
                  ? []
                  : [
                      ...(kind.fileActions?.(entry, address(entry)) ?? []),
                      {
                        id: 'download',
                        label: trans.__('Download'),
                        icon: downloadIcon,
                        inline: true,
                        run: () => download(entry)
                      }
                    ]
              }
            />
          )
        }
      </Loaded>
    </div>
  );
}
