import type { Holder } from '@topsdl/contract';
import { formatBytes, formatNumber } from '@topsdl/lab';
import {
  Badge,
  EmptyState,
  Segments,
  Table,
  TimeAgo,
  useSession,
  useTops,
  type Column
} from '@topsdl/ui';
import { useState, type JSX } from 'react';

/** What holds resources now, and what waits for them. */
export function Work(props: {
  readonly running: readonly Holder[];
  readonly waiting: readonly Holder[];
}): JSX.Element {
  const { trans, translation, registry } = useTops();
  const { locale } = translation;
  const session = useSession();
  const [whose, setWhose] = useState<'all' | 'mine'>('all');
  const waiting = new Set(props.waiting.map(({ id }) => id));
  const me = session.session?.user.id;
  const items = [...props.running, ...props.waiting].filter(
    holder => whose === 'all' || holder.by?.id === me
  );
  const columns: readonly Column<Holder>[] = [
    {
      id: 'name',
      label: trans.__('Work'),
      width: 'minmax(110px, 2fr)',
      cell: holder => {
        const Icon = registry.iconOf(holder.kind);
        return (
          <span className="topsdl-Inline">
            {Icon && <Icon.react tag="span" width="14px" />}
            {registry.canOpen(holder.kind) ? (
              <button
                type="button"
                className="topsdl-Link"
                onClick={() => registry.open(holder.kind, holder.subjectId)}
              >
                {holder.name}
              </button>
            ) : (
              <span>{holder.name}</span>
            )}
            {holder.role && (
              <span className="topsdl-mod-muted">
                {holder.role === 'gray' ? trans.__('gray') : trans.__('production')}
              </span>
            )}
          </span>
        );
      }
    },
    {
      id: 'state',
      label: trans.__('State'),
      width: '76px',
      cell: holder => (
        <Badge tone={waiting.has(holder.id) ? 'wait' : 'busy'}>
          {waiting.has(holder.id) ? trans.__('Waiting') : trans.__('Running')}
        </Badge>
      )
    },
    { id: 'by', label: trans.__('By'), width: '64px', cell: ({ by }) => by?.name ?? '' },
    {
      id: 'cpu',
      label: 'CPU',
      width: '44px',
      align: 'end',
      cell: ({ cpu }) => formatNumber(cpu, locale)
    },
    {
      id: 'memory',
      label: trans.__('Memory'),
      width: '72px',
      align: 'end',
      cell: ({ memoryBytes }) => formatBytes(memoryBytes, locale)
    },
    {
      id: 'cards',
      label: trans.__('Cards'),
      width: '48px',
      align: 'end',
      cell: ({ cards }) => cards
    },
    {
      id: 'since',
      label: trans.__('Since'),
      width: '64px',
      align: 'end',
      cell: ({ since }) => <TimeAgo time={since} />
    }
  ];
  return (
    <section className="topsdl-Group" aria-label={trans.__('Running work')}>
      <header className="topsdl-Overview-head">
        <h2>{trans.__('Running work')}</h2>
        <span className="topsdl-mod-muted">
          {trans.__('%1 running, %2 waiting', props.running.length, props.waiting.length)}
        </span>
        <Segments
          label={trans.__('Whose')}
          value={whose}
          onChange={setWhose}
          options={[
            { value: 'all', label: trans.__('All') },
            { value: 'mine', label: trans.__('Mine') }
          ]}
        />
      </header>
      {items.length > 0 ? (
        <Table
          whole
          label={trans.__('Running work')}
          columns={columns}
          items={items}
          id={holder => holder.id}
          open={holder => {
            if (registry.canOpen(holder.kind)) {
              registry.open(holder.kind, holder.subjectId);
            }
          }}
        />
      ) : (
        <EmptyState>
          {trans.__('Nothing runs. Training and services show here while they hold resources.')}
        </EmptyState>
      )}
    </section>
  );
}
