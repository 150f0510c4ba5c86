import {
  addIcon,
  caretDownIcon,
  caretRightIcon,
  ellipsesIcon,
  searchIcon,
  userIcon
} from '@jupyterlab/ui-components';
import { sortIcon, type ISection } from '@topsdl/lab';
import { useEffect, useId, useState, type JSX, type KeyboardEvent, type ReactNode } from 'react';
import { Button, EmptyState, ErrorState, Loading } from '../feedback/states.tsx';
import { useTops, useTrans } from '../host.tsx';
import { rowWithPython } from './python.ts';
import { useDelayed, useKept } from '../memory.ts';
import type { ListState } from '../store/list.ts';
import { openMenuAt } from './menu.ts';
import { Resizer } from './Resizer.tsx';
import { RowList } from './RowList.tsx';
import type { Action, RowView } from './rows.ts';

/** What is wanted of the list of a section; hand it on to the operation's query. */
export interface SectionFilter {
  /** Undefined while nothing is searched for. */
  readonly search: string | undefined;
  /** Undefined unless only one's own are wanted. */
  readonly mine: true | undefined;
  readonly visibility: 'project' | 'public' | 'all';
  /** Undefined for the newest first. */
  readonly sort: 'name' | undefined;
  /** Hand it on to the list: by name, rows have places of their own. */
  readonly placedBy: ((item: { readonly name: string }) => unknown) | undefined;
}

const byName = ({ name }: { readonly name: string }) => name;

export interface SectionProps<T> {
  readonly section: ISection;
  /** Brings the rows; a hook, called with what is searched for. */
  useRows(filter: SectionFilter): ListState<T> & { reload(): void; more(): void };
  /** How a row looks. */
  view(item: T): RowView;
  /** What the plus does; left out where the user may not. */
  readonly create?: { readonly label: string; run(): void } | undefined;
  /** Further things in the menu of the header. */
  readonly actions?: readonly Action[];
  /** Whether there are public ones beside the project's. */
  readonly shared?: boolean;
  /** Whether things have creators; true unless said otherwise. */
  readonly owned?: boolean;
  /** What the list is for, shown while it is empty. */
  readonly purpose: ReactNode;
}

/** A section of a sidebar: header with its own toolbar, and a live, compact list. */
export function Section<T>(props: SectionProps<T>): JSX.Element {
  const { section, useRows, view, create, shared, owned = true } = props;
  const trans = useTrans();
  const bodyId = useId();
  const [expanded, setExpanded] = useKept(`section:${section.id}`, true);
  const [searching, setSearching] = useState(false);
  const [text, setText] = useState('');
  const [mine, setMine] = useKept(`mine:${section.id}`, false);
  const [visibility, setVisibility] = useKept<SectionFilter['visibility']>(
    `visibility:${section.id}`,
    'all'
  );
  const [sorted, setSorted] = useKept(`sorted:${section.id}`, false);
  const [height, setHeight] = useKept<number | null>(`height:${section.id}`, null);
  const search = useDelayed(text.trim(), 200);
  const filter: SectionFilter = {
    search: search || undefined,
    mine: mine || undefined,
    visibility,
    sort: sorted ? 'name' : undefined,
    placedBy: sorted ? byName : undefined
  };
  const Caret = expanded ? caretDownIcon : caretRightIcon;
  const closeSearch = () => {
    setSearching(false);
    setText('');
  };

  return (
    <section
      className={`topsdl-Section ${expanded ? 'topsdl-mod-expanded' : ''}`}
      aria-label={section.title}
      style={expanded && height !== null ? { height } : undefined}
    >
      <header className="topsdl-Section-header">
        <h2>
          <button
            type="button"
            className="topsdl-Section-title"
            aria-expanded={expanded}
            aria-controls={bodyId}
            onClick={() => setExpanded(!expanded)}
          >
            <Caret.react tag="span" width="16px" />
            <span className="topsdl-Section-name">{section.title}</span>
          </button>
        </h2>
        <div className="topsdl-Section-toolbar" role="toolbar" aria-label={section.title}>
          {create && (
            <Button minimal icon={addIcon} label={create.label} onClick={() => create.run()} />
          )}
          <Button
            minimal
            icon={searchIcon}
            label={trans.__('Search by name')}
            pressed={searching}
            onClick={() => (searching ? closeSearch() : (setExpanded(true), setSearching(true)))}
          />
          <Button
            minimal
            icon={sortIcon}
            label={trans.__('Sort by name')}
            pressed={sorted}
            onClick={() => setSorted(!sorted)}
          />
          {owned && (
            <Button
              minimal
              icon={userIcon}
              label={trans.__('Mine only')}
              pressed={mine}
              onClick={() => setMine(!mine)}
            />
          )}
          {props.actions && props.actions.length > 0 && (
            <Button
              minimal
              icon={ellipsesIcon}
              label={trans.__('More actions')}
              onClick={event => openMenuAt(props.actions ?? [], event.currentTarget)}
            />
          )}
        </div>
      </header>
      {expanded && (
        <div id={bodyId} className="topsdl-Section-body">
          {(searching || shared) && (
            <div className="topsdl-Section-filter">
              {searching && (
                <input
                  className="topsdl-Input"
                  type="search"
                  autoFocus
                  placeholder={trans.__('Search by name')}
                  aria-label={trans.__('Search %1 by name', section.title)}
                  maxLength={50}
                  value={text}
                  onChange={event => setText(event.target.value)}
                  onKeyDown={(event: KeyboardEvent) => {
                    if (event.key === 'Escape') {
                      event.stopPropagation();
                      closeSearch();
                    }
                  }}
                />
              )}
              {shared && (
                <Segments
                  label={trans.__('Which are shown')}
                  value={visibility}
                  onChange={setVisibility}
                  options={[
                    { value: 'all', label: trans.__('All') },
                    { value: 'project', label: trans.__('Project') },
                    { value: 'public', label: trans.__('Public') }
                  ]}
                />
              )}
            </div>
          )}
          <Body {...{ section, useRows, view, create, filter }} purpose={props.purpose} />
        </div>
      )}
      {expanded && (
        <Resizer
          label={trans.__('Height of %1', section.title)}
          controls={bodyId}
          height={height}
          onChange={setHeight}
        />
      )}
    </section>
  );
}

function Body<T>(props: SectionProps<T> & { filter: SectionFilter }): JSX.Element {
  const { section, useRows, view, create, filter } = props;
  const host = useTops();
  const { trans } = host;
  const list = useRows(filter);
  const [open, setOpen] = useKept<readonly string[]>(`open:${section.id}`, []);
  const narrowed = filter.search !== undefined || filter.mine || filter.visibility !== 'all';
  const rows = list.items.map(item => rowWithPython(host, view(item)));
  const { error, reload } = list;

  // The newest is folded out until somebody has folded anything.
  const [touched, setTouched] = useState(false);
  const firstId = rows[0]?.id;
  useEffect(() => {
    if (!touched && open.length === 0 && firstId !== undefined) {
      setTouched(true);
      setOpen([firstId]);
    }
  }, [touched, open.length, firstId, setOpen]);

  if (rows.length === 0) {
    if (error !== undefined) {
      return <ErrorState error={error} retry={reload} />;
    }
    if (list.loading) {
      return <Loading />;
    }
    return narrowed ? (
      <EmptyState>{trans.__('Nothing matches.')}</EmptyState>
    ) : (
      <EmptyState action={create && <Button onClick={() => create.run()}>{create.label}</Button>}>
        {props.purpose}
      </EmptyState>
    );
  }
  return (
    <>
      {error !== undefined && <ErrorState error={error} retry={reload} />}
      <RowList
        label={section.title}
        rows={rows}
        onEnd={list.more}
        open={new Set(open)}
        onOpenChange={next => {
          setTouched(true);
          setOpen([...next]);
        }}
      />
    </>
  );
}

export interface SegmentsProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  onChange(value: NoInfer<V>): void;
}

/** A few choices side by side, of which one holds. */
export function Segments<V extends string>(props: SegmentsProps<V>): JSX.Element {
  return (
    <div className="topsdl-Segments" role="group" aria-label={props.label}>
      {props.options.map(({ value, label }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
