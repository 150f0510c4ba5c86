import { operations, type TrainingRun } from '@topsdl/contract';
import { Button, Notice, useList, useProjectId, useRun, useTops } from '@topsdl/ui';
import { useState, type JSX } from 'react';

/** Offers to keep what a stopped or failed run left. */
export function SaveModel({ run: value }: { run: TrainingRun }): JSX.Element | null {
  const { client, trans } = useTops();
  const { run, running } = useRun();
  const projectId = useProjectId();
  const [chosen, setChosen] = useState('');
  const sets = useList(
    operations.models.list,
    projectId ? { params: { projectId }, query: { visibility: 'project', limit: 200 } } : null,
    { watch: [{ kinds: ['model'] }] }
  );
  if (sets.items.length === 0) {
    return null;
  }
  const modelSetId = chosen || (sets.items[0]?.id ?? '');
  return (
    <Notice
      tone="idle"
      action={
        <Button
          disabled={running}
          onClick={() =>
            void run(() =>
              client.call(operations.training.saveModel, {
                params: { runId: value.id },
                body: { modelSetId }
              })
            )
          }
        >
          {trans.__('Save')}
        </Button>
      }
    >
      <label className="topsdl-Run-save">
        {trans.__('Save what it left as a version of')}{' '}
        <select
          className="topsdl-Input"
          value={modelSetId}
          onChange={event => setChosen(event.target.value)}
        >
          {sets.items.map(set => (
            <option key={set.id} value={set.id}>
              {set.name}
            </option>
          ))}
        </select>
      </label>
    </Notice>
  );
}
