import { downloadIcon } from '@jupyterlab/ui-components';
import { operations, type FileEntry, type TrainingRun } from '@topsdl/contract';
import { commandAction, EmptyState, FileList, Loaded, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

const { training } = operations;

/** Files in a run's persistent-model. */
export function RunFiles({ run }: { run: TrainingRun }): JSX.Element {
  const { client, commands, trans } = useTops();
  const query = useQuery(training.files, { params: { runId: run.id } }, [
    { kinds: ['training-run'], id: run.id }
  ]);
  const address = (entry: FileEntry) =>
    client.url(training.fileContent, { params: { runId: run.id }, query: { path: entry.path } });
  const download = (entry: FileEntry) => {
    const link = document.createElement('a');
    link.href = address(entry);
    link.download = entry.name;
    link.click();
  };
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <EmptyState>
            {trans.__('The run has left nothing in /workspace/persistent-model yet.')}
          </EmptyState>
        ) : (
          <FileList
            label={trans.__('Files')}
            items={items}
            open={download}
            actions={entry =>
              entry.kind === 'directory'
                ? []
                : [
                    {
                      id: 'download',
                      label: trans.__('Download'),
                      icon: downloadIcon,
                      inline: true,
                      run: () => download(entry)
                    },
                    ...commandAction(
                      commands,
                      'topsdl:netron:open',
                      { url: address(entry), name: entry.name },
                      { id: 'netron' }
                    )
                  ]
            }
          />
        )
      }
    </Loaded>
  );
}
