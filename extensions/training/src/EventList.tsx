import { operations, type TrainingRun } from '@topsdl/contract';
import { Dot, Loaded, speak, Table, TimeAgo, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

/** What happened to a run, oldest first. */
export function EventList({ run }: { run: TrainingRun }): JSX.Element {
  const { trans, translation } = useTops();
  const query = useQuery(operations.training.events, { params: { runId: run.id } }, [
    { kinds: ['training-run'], id: run.id }
  ]);
  return (
    <Loaded query={query}>
      {({ items }) => (
        <Table
          label={trans.__('Events')}
          items={items.map((item, index) => ({ ...item, id: String(index) }))}
          id={item => item.id}
          columns={[
            {
              id: 'time',
              label: trans.__('When'),
              width: '160px',
              cell: item => <TimeAgo time={item.time} />
            },
            {
              id: 'attempt',
              label: trans.__('Attempt'),
              width: '80px',
              align: 'end',
              cell: item => item.attempt
            },
            {
              id: 'what',
              label: trans.__('What'),
              cell: ({ type, reason }) => (
                <>
                  <Dot tone={type === 'warning' ? 'bad' : 'idle'} />{' '}
                  {speak(translation, reason.code, reason.params, reason.detail)}
                </>
              )
            }
          ]}
        />
      )}
    </Loaded>
  );
}
