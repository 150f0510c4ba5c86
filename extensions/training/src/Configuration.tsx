import { operations, type MountRef, type TrainingRun } from '@topsdl/contract';
import { CopyId, Dot, Facts, Loaded, Table, useQuery, useTops, type Column } from '@topsdl/ui';
import type { JSX } from 'react';

type Node = TrainingRun['nodes'][number];

/** What a run was started with, and its nodes. */
export function Configuration({ run }: { run: TrainingRun }): JSX.Element {
  const { registry, trans } = useTops();
  const query = useQuery(operations.training.runConfiguration, { params: { runId: run.id } });
  const links = (kind: string, refs: readonly MountRef[]) =>
    refs.length === 0
      ? trans.__('none')
      : refs.map(ref => (
          <button
            key={ref.versionId}
            type="button"
            className="topsdl-Link"
            disabled={!registry.canOpen(kind)}
            onClick={() => registry.open(kind, ref.versionId)}
          >
            {ref.name} v{ref.number}{' '}
          </button>
        ));
  const columns: Column<Node>[] = [
    { id: 'name', label: trans.__('Node'), cell: node => <code>{node.name}</code> },
    {
      id: 'role',
      label: trans.__('Role'),
      cell: node => (node.role === 'master' ? trans.__('master') : trans.__('worker'))
    },
    {
      id: 'state',
      label: trans.__('State'),
      cell: node => {
        const words = {
          starting: trans.__('Starting'),
          running: trans.__('Running'),
          ended: trans._p('tasks', 'Ended'),
          failed: trans.__('Failed')
        };
        const tones = { starting: 'busy', running: 'busy', ended: 'idle', failed: 'bad' } as const;
        return (
          <>
            <Dot tone={tones[node.state]} /> {words[node.state]}
          </>
        );
      }
    },
    {
      id: 'exit',
      label: trans.__('Exit code'),
      align: 'end',
      cell: node => node.exitCode ?? ''
    }
  ];
  return (
    <Loaded query={query}>
      {definition => (
        <div className="topsdl-Run-part">
          <Facts
            items={[
              [trans.__('Data'), links('dataset-version', definition.datasets)],
              [trans.__('Algorithms'), links('algorithm-version', definition.algorithms)],
              [trans.__('Models'), links('model-version', definition.models)],
              [trans._p('container', 'Image'), definition.image],
              [trans.__('Compute spec'), `${definition.nodes} × ${definition.specName}`],
              [trans.__('Save the model to'), definition.saveModelSetName ?? trans.__('nowhere')],
              [trans.__('Grace'), trans.__('%1 s', definition.graceSeconds)],
              [trans.__('Command'), <pre key="command">{definition.command}</pre>],
              Object.keys(definition.environment).length > 0 && [
                trans.__('Environment variables'),
                <pre key="environment">
                  {Object.entries(definition.environment)
                    .map(([name, value]) => `${name}=${value}`)
                    .join('\n')}
                </pre>
              ],
              ['ID', <CopyId key="id" text={run.id} />]
            ]}
          />
          <Table
            whole
            label={trans.__('Nodes')}
            columns={columns}
            items={run.nodes}
            id={node => node.name}
          />
        </div>
      )}
    </Loaded>
  );
}
