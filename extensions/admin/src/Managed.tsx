import { addIcon, deleteIcon, editIcon } from '@jupyterlab/ui-components';
import {
  Button,
  confirm,
  EmptyState,
  ErrorState,
  Loading,
  SideSheet,
  Table,
  useDelayed,
  useRun,
  useTops,
  type Action,
  type Column,
  type ListState
} from '@topsdl/ui';
import { useState, type JSX, type ReactNode } from 'react';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface ManagedProps<T extends Named> {
  readonly label: string;
  readonly add: string;
  /** What these are for, where there are none. */
  readonly purpose: string;
  readonly columns: readonly Column<T>[];
  useRows(search: string | undefined): ListState<T> & { reload(): void; more(): void };
  remove(item: T): Promise<unknown>;
  /** What is lost with one, asked before. */
  removal(item: T): string;
  /** Whether one may be changed at all. */
  fixed?(item: T): boolean;
  /** The form: of a new one, or of the one given. */
  form(item: T | null, close: () => void): ReactNode;
}

/** A table of things that are added, edited and deleted, with the form beside it. */
export function Managed<T extends Named>(props: ManagedProps<T>): JSX.Element {
  const host = useTops();
  const { store, trans } = host;
  const [typed, setTyped] = useState('');
  const search = useDelayed(typed.trim(), 200);
  const list = props.useRows(search || undefined);
  // `null` is a new one.
  const [edited, setEdited] = useState<string | null | undefined>(undefined);
  const { run } = useRun();
  const close = () => setEdited(undefined);
  const item = list.items.find(({ id }) => id === edited);

  const remove = async (target: T) => {
    const sure = await confirm(host, {
      title: trans.__('Delete %1?', target.name),
      text: props.removal(target),
      accept: trans.__('Delete'),
      danger: true,
      name: target.name
    });
    if (sure) {
      if (edited === target.id) {
        close();
      }
      await run(() => props.remove(target), { optimistic: () => store.hide(target.id) });
    }
  };
  const actions = (target: T): readonly Action[] => {
    const enabled = !props.fixed?.(target);
    return [
      {
        id: 'edit',
        label: trans.__('Edit…'),
        icon: editIcon,
        key: 'F2',
        enabled,
        run: () => setEdited(target.id)
      },
      {
        id: 'delete',
        label: trans.__('Delete…'),
        icon: deleteIcon,
        danger: true,
        key: 'Delete',
        enabled,
        run: () => remove(target)
      }
    ];
  };
  const columns: readonly Column<T>[] = [
    ...props.columns,
    {
      id: 'actions',
      label: '',
      width: '64px',
      align: 'end',
      cell: target =>
        actions(target)
          .filter(({ enabled }) => enabled)
          .map(action => (
            <Button
              key={action.id}
              minimal
              icon={action.icon}
              label={`${action.label} ${target.name}`}
              onClick={() => void action.run()}
            />
          ))
    }
  ];

  return (
    <>
      <div className="topsdl-Managed-toolbar">
        <input
          className="topsdl-Input"
          type="search"
          placeholder={trans.__('Search by name')}
          aria-label={trans.__('Search by name')}
          maxLength={50}
          value={typed}
          onChange={event => setTyped(event.target.value)}
        />
        <Button icon={addIcon} onClick={() => setEdited(null)}>
          {props.add}
        </Button>
        <span className="topsdl-mod-muted">{trans._n('%1 entry', '%1 entries', list.total)}</span>
      </div>
      {list.error !== undefined && <ErrorState error={list.error} retry={list.reload} />}
      {list.items.length > 0 ? (
        <Table
          label={props.label}
          columns={columns}
          items={list.items}
          id={target => target.id}
          selected={edited ?? null}
          open={target => (props.fixed?.(target) ? undefined : setEdited(target.id))}
          actions={actions}
          onEnd={list.more}
        />
      ) : list.loading ? (
        <Loading />
      ) : (
        list.error === undefined && (
          <EmptyState>{search ? trans.__('Nothing matches.') : props.purpose}</EmptyState>
        )
      )}
      {(edited === null || item) && (
        <SideSheet
          key={edited ?? 'new'}
          title={item ? item.name : props.add}
          header={false}
          onClose={close}
        >
          {props.form(item ?? null, close)}
        </SideSheet>
      )}
    </>
  );
}
