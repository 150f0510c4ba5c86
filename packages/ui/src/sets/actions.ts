import { addIcon, deleteIcon, downloadIcon, editIcon, folderIcon } from '@jupyterlab/ui-components';
import type { FileSet, SetVersion } from '@topsdl/contract';
import { confirmDelete } from '../feedback/confirm.tsx';
import type { Host } from '../host.tsx';
import type { Action } from '../list/rows.ts';
import type { SetKind } from './kind.ts';

/** Runs work and shows its fault: what `useRun` gives. */
type Run = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Whether the user may change a set. */
export function mayChange({ session }: Host, set: FileSet): boolean {
  return set.public ? session.may('admin') : session.may('platform', 'admin');
}

async function remove(
  { host, run, name }: { host: Host; run: Run; name: string },
  send: () => Promise<void>
) {
  if (await confirmDelete(host, name)) {
    await run(send);
  }
}

/** What can be done with a set. */
export function setActions(host: Host, run: Run, kind: SetKind, set: FileSet): Action[] {
  const { client, registry, trans } = host;
  if (!mayChange(host, set)) {
    return [];
  }
  return [
    {
      id: 'version',
      label: trans.__('New Empty Version'),
      icon: addIcon,
      inline: true,
      run: () =>
        run(async () => {
          const version = await client.call(kind.operations.createVersion, {
            params: { setId: set.id },
            body: {}
          });
          await kind.browse(set, version);
        })
    },
    {
      id: 'edit',
      label: trans.__('Edit Details…'),
      icon: editIcon,
      key: 'F2',
      run: () => registry.open(kind.panels.form, set.id)
    },
    {
      id: 'delete',
      label: trans.__('Delete…'),
      icon: deleteIcon,
      danger: true,
      separator: true,
      key: 'Delete',
      enabled: set.versionCount === 0,
      why: trans.__('Delete its versions first.'),
      run: () =>
        remove({ host, run, name: set.name }, () =>
          client.call(kind.operations.delete, { params: { setId: set.id } })
        )
    }
  ];
}

/** What can be done with a version. */
export function versionActions(
  host: Host,
  run: Run,
  kind: SetKind,
  set: FileSet,
  version: SetVersion
): Action[] {
  const { client, registry, trans } = host;
  const params = { versionId: version.id };
  return [
    {
      id: 'browse',
      label: trans.__('Browse Files'),
      icon: folderIcon,
      inline: true,
      run: () => kind.browse(set, version)
    },
    {
      id: 'download',
      label: trans.__('Download'),
      icon: downloadIcon,
      run: () => {
        const link = document.createElement('a');
        link.href = client.url(kind.operations.archive, { params });
        link.download = `${set.name} v${version.number}.zip`;
        link.click();
      }
    },
    ...(mayChange(host, set)
      ? ([
          {
            id: 'from',
            label: trans.__('New Version from This One'),
            icon: addIcon,
            run: () =>
              run(async () => {
                const made = await client.call(kind.operations.createVersion, {
                  params: { setId: set.id },
                  body: { fromVersionId: version.id }
                });
                registry.open(kind.panels.version, made.id);
              })
          },
          {
            id: 'delete',
            label: trans.__('Delete…'),
            icon: deleteIcon,
            danger: true,
            separator: true,
            key: 'Delete',
            run: () =>
              remove({ host, run, name: `${set.name} v${version.number}` }, () =>
                client.call(kind.operations.deleteVersion, { params })
              )
          }
        ] satisfies Action[])
      : [])
  ];
}
