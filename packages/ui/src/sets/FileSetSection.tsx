import type { FileSet } from '@topsdl/contract';
import { formatBytes, type SectionProps } from '@topsdl/lab';
import type { JSX } from 'react';
import { useMay, useProjectId, useTops } from '../host.tsx';
import type { RowView } from '../list/rows.ts';
import { Section, type SectionFilter } from '../list/Section.tsx';
import { useList, useRun } from '../store/hooks.ts';
import { setActions, versionActions } from './actions.ts';
import { pythonOf, type SetKind } from './kind.ts';

/** The section of a sidebar for a kind of file set. */
export function FileSetSection({ section, kind }: SectionProps & { kind: SetKind }): JSX.Element {
  const host = useTops();
  const { client, registry, trans, translation } = host;
  const { run } = useRun();
  const mayWrite = useMay('platform', 'admin');
  const { operations, events } = kind;

  const useRows = ({ search, mine, visibility, sort, placedBy }: SectionFilter) => {
    const projectId = useProjectId();
    return useList(
      operations.list,
      projectId
        ? {
            params: { projectId },
            query: { search, mine, visibility, sort }
          }
        : null,
      {
        watch: [{ kinds: [events.set, events.version] }],
        item: setId => client.call(operations.get, { params: { setId } }),
        rowOf: event => (event.kind === events.set ? event.id : event.parentId),
        placedBy
      }
    );
  };

  const view = (set: FileSet): RowView => {
    const older = set.versionCount - set.versions.length;
    return {
      id: set.id,
      label: set.name,
      icon: kind.icon,
      title: set.details || set.name,
      ...(set.public ? { note: trans.__('public') } : {}),
      detail: String(set.versionCount),
      actions: setActions(host, run, kind, set),
      children: set.versions.map(version => ({
        id: version.id,
        label: `v${version.number}`,
        note: version.origin.kind === 'training-run' ? version.origin.name : '',
        detail: formatBytes(version.bytes, translation.locale),
        open: () => registry.open(kind.panels.version, version.id),
        actions: versionActions(host, run, kind, set, version),
        python: pythonOf(host, kind, set, version)
      })),
      ...(older > 0
        ? {
            more: {
              label: trans._n('%1 older version', '%1 older versions', older),
              open: () => registry.open(kind.panels.set, set.id)
            }
          }
        : {}),
      python: pythonOf(host, kind, set)
    };
  };

  return (
    <Section
      section={section}
      useRows={useRows}
      view={view}
      shared
      create={
        mayWrite
          ? { label: kind.words.create, run: () => registry.open(kind.panels.form, 'new') }
          : undefined
      }
      purpose={kind.words.purpose}
    />
  );
}
