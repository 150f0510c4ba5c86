import { ellipsesIcon, type LabIcon } from '@jupyterlab/ui-components';
import { useEffect, useId, useRef, type JSX, type KeyboardEvent, type ReactNode } from 'react';
import { Badge, ProgressBar } from '../feedback/marks.tsx';
import { Button } from '../feedback/states.tsx';
import { useTrans } from '../host.tsx';
import { openMenuAt } from '../list/menu.ts';
import type { Action, Tone } from '../list/rows.ts';
import { useKept } from '../memory.ts';

export interface DetailHeaderProps {
  readonly icon?: LabIcon | undefined;
  readonly title: string;
  /** After the title, such as a version's number or a menu of versions. */
  readonly part?: ReactNode;
  readonly state?: { readonly tone: Tone; readonly text: string } | undefined;
  /** Such as elapsed time, who, on what. */
  readonly facts?: ReactNode;
  /** Of 1; null while running without a known end. */
  readonly progress?: number | null | undefined;
  /** Inline ones as buttons, the others in the menu. */
  readonly actions?: readonly Action[];
  readonly children?: ReactNode;
}

/** The head of a panel: what it is, its state, what can be done. */
export function DetailHeader(props: DetailHeaderProps): JSX.Element {
  const trans = useTrans();
  const actions = props.actions ?? [];
  const rest = actions.filter(action => !action.inline);
  return (
    <header className="topsdl-Detail-header">
      {props.icon && <props.icon.react tag="span" width="20px" />}
      <h1>{props.title}</h1>
      {props.part}
      {props.state && <Badge tone={props.state.tone}>{props.state.text}</Badge>}
      {props.facts && <span className="topsdl-Detail-facts">{props.facts}</span>}
      {props.progress !== undefined && <ProgressBar share={props.progress} />}
      {props.children}
      <div className="topsdl-Detail-actions" role="toolbar" aria-label={trans.__('Actions')}>
        {actions
          .filter(action => action.inline)
          .map(action => (
            <Button
              key={action.id}
              icon={action.icon}
              danger={action.danger ?? false}
              disabled={!(action.enabled ?? true)}
              title={action.why ?? action.label}
              onClick={() => void action.run()}
            >
              {action.label}
            </Button>
          ))}
        {rest.length > 0 && (
          <Button
            minimal
            icon={ellipsesIcon}
            label={trans.__('More actions')}
            onClick={event => openMenuAt(rest, event.currentTarget)}
          />
        )}
      </div>
    </header>
  );
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly count?: number | undefined;
  /** Called when the tab is shown; what it draws lives while it is shown. */
  render(): ReactNode;
}

/** Tabs, by mouse and arrow keys; which one was open is remembered by the kind of panel. */
export function Tabs(props: {
  readonly memory: string;
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** The tab shown first, until one was chosen. */
  readonly first?: string;
}): JSX.Element {
  const { tabs } = props;
  const [chosen, setChosen] = useKept<string>(`tab:${props.memory}`, props.first ?? '');
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const byKey = useRef(false);
  const current = tabs.find(tab => tab.id === chosen) ?? tabs[0];

  useEffect(() => {
    if (byKey.current) {
      byKey.current = false;
      list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    }
  }, [current?.id]);

  const onKeyDown = (event: KeyboardEvent) => {
    const index = tabs.findIndex(tab => tab === current);
    const to =
      event.key === 'ArrowRight'
        ? (index + 1) % tabs.length
        : event.key === 'ArrowLeft'
          ? (index + tabs.length - 1) % tabs.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? tabs.length - 1
              : null;
    const tab = to === null ? undefined : tabs[to];
    if (tab) {
      event.preventDefault();
      byKey.current = true;
      setChosen(tab.id);
    }
  };

  return (
    <>
      <div
        ref={list}
        className="topsdl-Tabs"
        role="tablist"
        aria-label={props.label}
        onKeyDown={onKeyDown}
      >
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => setChosen(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && <span className="topsdl-Count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div
        className="topsdl-Tabs-panel"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={current && `${id}-${current.id}`}
        tabIndex={-1}
      >
        {current?.render()}
      </div>
    </>
  );
}

/** Names and values in two columns, such as a configuration. */
export function Facts(props: {
  items: readonly (readonly [string, ReactNode] | null | false)[];
}): JSX.Element {
  return (
    <dl className="topsdl-Facts">
      {props.items.map(
        item =>
          item && (
            <div key={item[0]}>
              <dt>{item[0]}</dt>
              <dd>{item[1]}</dd>
            </div>
          )
      )}
    </dl>
  );
}

/** A strip that says something about the whole panel, such as why a run waits. */
export function Notice(props: {
  tone: Tone;
  children: ReactNode;
  action?: ReactNode;
}): JSX.Element {
  return (
    <div className={`topsdl-Notice topsdl-mod-${props.tone}`} role="status">
      <div>{props.children}</div>
      {props.action}
    </div>
  );
}
