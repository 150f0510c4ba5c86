import type { TrainingRun } from '@topsdl/contract';
import {
  formatAmount,
  resourceName,
  StackBar,
  Table,
  TimeAgo,
  useTops,
  type Column
} from '@topsdl/ui';
import type { JSX } from 'react';

type WaitingFor = NonNullable<TrainingRun['waiting']>;

/** What a pending run lacks, and who holds it. */
export function Waiting({ waiting }: { waiting: WaitingFor }): JSX.Element {
  const { registry, trans, translation } = useTops();
  const amount = (resource: string, value: number) =>
    formatAmount(resource, value, translation.locale);
  const lacking: Column<WaitingFor['lacking'][number]>[] = [
    { id: 'resource', label: trans.__('Resource'), cell: row => resourceName(row.resource, trans) },
    {
      id: 'requested',
      label: trans.__('Requested'),
      align: 'end',
      cell: row => amount(row.resource, row.requested)
    },
    {
      id: 'used',
      label: trans.__('Used'),
      align: 'end',
      cell: row => amount(row.resource, row.used)
    },
    {
      id: 'limit',
      label: trans.__('Limit'),
      align: 'end',
      cell: row => amount(row.resource, row.limit)
    },
    {
      id: 'bar',
      label: '',
      width: 'minmax(120px, 2fr)',
      cell: row => (
        <StackBar
          label={resourceName(row.resource, trans)}
          limit={row.limit}
          parts={[
            { label: trans.__('in use'), value: row.used, color: 0 },
            { label: trans.__('asked for'), value: row.requested, color: 0, planned: true }
          ]}
        />
      )
    }
  ];
  const holders: Column<WaitingFor['holders'][number]>[] = [
    {
      id: 'name',
      label: trans.__('Held by'),
      cell: ({ name, role }) => (
        <>
          {name}{' '}
          {role && (
            <span className="topsdl-mod-muted">
              {role === 'gray' ? trans.__('gray') : trans.__('production')}
            </span>
          )}
        </>
      )
    },
    { id: 'by', label: trans.__('User'), cell: holder => holder.by?.name ?? '' },
    { id: 'cpu', label: trans.__('CPU'), align: 'end', cell: holder => holder.cpu },
    {
      id: 'memory',
      label: trans.__('Memory'),
      align: 'end',
      cell: holder => amount('memory', holder.memoryBytes)
    },
    { id: 'cards', label: trans.__('Cards'), align: 'end', cell: holder => holder.cards },
    { id: 'since', label: trans.__('Since'), cell: holder => <TimeAgo time={holder.since} /> }
  ];
  return (
    <section className="topsdl-Run-waiting" aria-label={trans.__('What it waits for')}>
      {waiting.position > 1 && <p>{trans.__('Place %1 in the queue.', waiting.position)}</p>}
      {waiting.lacking.length > 0 && (
        <Table
          whole
          label={trans.__('What is lacking')}
          columns={lacking}
          items={waiting.lacking}
          id={row => row.resource}
        />
      )}
      {waiting.holders.length > 0 && (
        <Table
          whole
          label={trans.__('Who holds it')}
          columns={holders}
          items={waiting.holders}
          id={holder => holder.id}
          open={holder => {
            if (registry.canOpen(holder.kind)) {
              registry.open(holder.kind, holder.subjectId);
            }
          }}
        />
      )}
    </section>
  );
}
