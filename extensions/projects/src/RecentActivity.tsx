import { operations } from '@topsdl/contract';
import { Button, EmptyState, ErrorState, TimeAgo, useTops } from '@topsdl/ui';
import { useCallback, useEffect, useState, type JSX } from 'react';
import { kindName, verb } from './words.ts';
import type { ResponseOf } from '@topsdl/contract';

type Happening = ResponseOf<typeof operations.projects.activity>['items'][number];

/** Whether an entry says more than the one before it: a service that starts changes many times. */
function isNews(item: Happening, index: number, all: readonly Happening[]): boolean {
  const before = all[index - 1];
  return !before || (['kind', 'id', 'type'] as const).some(key => item[key] !== before[key]);
}

/** Changes are shown at most this often while much happens, in milliseconds. */
const REST = 1000;

/** What happened lately in the project, newest first. */
export function RecentActivity({ projectId }: { projectId: string }): JSX.Element {
  const { client, events, registry, trans } = useTops();
  const [items, setItems] = useState<readonly Happening[] | null>(null);
  const [next, setNext] = useState<string | undefined>();
  const [error, setError] = useState<unknown>(undefined);

  const load = useCallback(
    async (cursor?: string) => {
      try {
        const page = await client.call(operations.projects.activity, {
          params: { projectId },
          query: { limit: 20, ...(cursor === undefined ? {} : { cursor }) }
        });
        setError(undefined);
        setItems(old => (cursor === undefined ? page.items : [...(old ?? []), ...page.items]));
        setNext(page.next);
      } catch (failure) {
        setError(failure);
      }
    },
    [client, projectId]
  );

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void load();
      }, REST);
    };
    void load();
    events.changed.connect(later);
    events.reset.connect(later);
    return () => {
      clearTimeout(timer);
      events.changed.disconnect(later);
      events.reset.disconnect(later);
    };
  }, [events, load]);

  /** Long work is called by its kind and what it is about: `dataset-import: digits v1`. */
  const whatOf = ({ kind, name }: Happening) => {
    const [work = '', ...about] = kind === 'task' && name !== null ? name.split(': ') : [];
    return about.length > 0 ? `${registry.taskTitle(work)}: ${about.join(': ')}` : name;
  };

  return (
    <section className="topsdl-Group" aria-label={trans.__('Recent activity')}>
      <header className="topsdl-Overview-head">
        <h2>{trans.__('Recent activity')}</h2>
      </header>
      {error !== undefined && <ErrorState error={error} retry={() => void load()} />}
      <ul className="topsdl-Overview-activity">
        {items?.filter(isNews).map(item => (
          <li key={item.seq}>
            <TimeAgo time={item.time} />
            <span>
              {item.by && <b>{item.by.name} </b>}
              {verb(item.type, trans)} {kindName(item.kind, trans)}{' '}
              {item.type !== 'deleted' && registry.canOpen(item.kind) ? (
                <button
                  type="button"
                  className="topsdl-Link"
                  onClick={() => registry.open(item.kind, item.id)}
                >
                  {item.name ?? trans.__('open')}
                </button>
              ) : (
                whatOf(item)
              )}
            </span>
          </li>
        ))}
      </ul>
      {items?.length === 0 && <EmptyState>{trans.__('Nothing has happened yet.')}</EmptyState>}
      {next !== undefined && (
        <Button minimal onClick={() => void load(next)}>
          {trans.__('Show more')}
        </Button>
      )}
    </section>
  );
}
