import { operations, type ResponseOf } from '@topsdl/contract';
import {
  ErrorState,
  formatAmount,
  resourceName,
  StackBar,
  Table,
  useDelayed,
  useList,
  useTops,
  type Column
} from '@topsdl/ui';
import { useState, type JSX } from 'react';

type Row = ResponseOf<typeof operations.admin.resources>['items'][number];

/** For administrators: what every project has been given and uses. */
export function AllProjects(): JSX.Element {
  const { session, trans, translation } = useTops();
  const [typed, setTyped] = useState('');
  const search = useDelayed(typed.trim(), 200);
  const list = useList(
    operations.admin.resources,
    { query: { search: search || undefined } },
    { watch: [{ kinds: ['project', 'usage'] }], rowOf: () => null }
  );
  const resources = [...new Set(list.items.flatMap(row => row.resources.map(use => use.resource)))];
  const columns: readonly Column<Row>[] = [
    {
      id: 'name',
      label: trans.__('Project'),
      width: 'minmax(120px, 1fr)',
      cell: row => (
        <button type="button" className="topsdl-Link" onClick={() => session.choose(row.id)}>
          {row.name}
        </button>
      )
    },
    ...resources.map<Column<Row>>(resource => ({
      id: resource,
      label: resourceName(resource, trans),
      width: 'minmax(120px, 1fr)',
      cell: row => {
        const use = row.resources.find(candidate => candidate.resource === resource);
        if (!use) {
          return '';
        }
        const amount = (value: number) => formatAmount(resource, value, translation.locale);
        const text =
          use.limit === null ? amount(use.used) : `${amount(use.used)} / ${amount(use.limit)}`;
        return (
          <span className="topsdl-Overview-meter">
            {use.limit !== null && (
              <StackBar
                label={text}
                parts={[{ label: trans.__('Used'), value: use.used, color: 0 }]}
                limit={use.limit}
              />
            )}
            <span>{text}</span>
          </span>
        );
      }
    }))
  ];
  return (
    <section className="topsdl-Group" aria-label={trans.__('All projects')}>
      <header className="topsdl-Overview-head">
        <h2>{trans.__('All projects')}</h2>
        <input
          className="topsdl-Input"
          type="search"
          placeholder={trans.__('Search projects')}
          aria-label={trans.__('Search projects')}
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
      </header>
      {list.error !== undefined && <ErrorState error={list.error} retry={list.reload} />}
      <div className="topsdl-Overview-projects">
        <Table
          label={trans.__('All projects')}
          columns={columns}
          items={list.items}
          id={row => row.id}
          onEnd={list.more}
        />
      </div>
    </section>
  );
}
