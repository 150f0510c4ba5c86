import {
  caretDownEmptyThinIcon,
  caretUpEmptyThinIcon,
  downloadIcon
} from '@jupyterlab/ui-components';
import { formatBytes } from '@topsdl/lab';
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type JSX,
  type KeyboardEvent
} from 'react';
import { Button, ErrorState } from '../feedback/states.tsx';
import { useTops } from '../host.tsx';
import { useDelayed, useKept } from '../memory.ts';
import { WrapLayout } from './layout.ts';
import { LogRow } from './LogRow.tsx';
import { LogModel } from './model.ts';
import { inOrder, shortNode } from './nodes.ts';
import type { LogSource } from './source.ts';

const LINE = 17;
const PADDING = 12;

export interface LogsViewProps {
  readonly label: string;
  /** Made once for a log: another source begins another log. */
  readonly source: LogSource;
}

/** The log of all nodes or of one, while it grows: follow, search, first error, wrap, download. */
export function LogsView({ label, source }: LogsViewProps): JSX.Element {
  const { trans, translation } = useTops();
  const [attempt, setAttempt] = useState(0);
  const model = useMemo(() => new LogModel(), [source, attempt]);
  const version = useSyncExternalStore(model.subscribe, model.getVersion);
  const [failure, setFailure] = useState<unknown>(undefined);
  const [follow, setFollow] = useState(true);
  const [wrap, setWrap] = useKept('logs:wrap', false);
  const [typed, setTyped] = useState('');
  const [current, setCurrent] = useState(0);
  const [marked, setMarked] = useState<number | null>(null);
  const [box, setBox] = useState({ top: 0, height: 0, columns: 80 });
  const scroller = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const query = useDelayed(typed, 150);

  useEffect(() => {
    setFailure(undefined);
    const opened = source.open(model, setFailure);
    return () => opened.dispose();
  }, [source, model]);

  useEffect(() => {
    model.find(query);
    setCurrent(0);
  }, [model, query]);

  const { node } = model;
  const layout = useMemo(
    () => (wrap ? new WrapLayout(model, box.columns) : null),
    [model, wrap, box.columns, node]
  );
  layout?.update();
  const lines = layout?.total ?? model.shown;
  const rowAt = (top: number) => layout?.rowAt(Math.floor(top / LINE)) ?? Math.floor(top / LINE);
  const topOf = useCallback((row: number) => (layout ? layout.top(row) : row) * LINE, [layout]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    const measure = () => {
      const character = (probe.current?.getBoundingClientRect().width ?? 0) / 10 || 7;
      const gutter =
        element.querySelector('.topsdl-Log-gutter')?.getBoundingClientRect().width ?? 0;
      const columns = Math.floor((element.clientWidth - gutter - 2 * PADDING) / character);
      setBox(old =>
        old.height === element.clientHeight && old.columns === columns
          ? old
          : { ...old, height: element.clientHeight, columns }
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [model.lineCount > 0, model.nodes.length, wrap]);

  useLayoutEffect(() => {
    if (follow && scroller.current) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    }
  }, [follow, version, lines]);

  const jump = (row: number) => {
    setFollow(false);
    setMarked(row);
    if (scroller.current) {
      scroller.current.scrollTop = Math.max(0, topOf(row) - box.height / 3);
    }
  };
  const step = (by: number) => {
    const count = model.found.length;
    const next = (current + by + count) % (count || 1);
    const row = model.found[next];
    setCurrent(next);
    if (row !== undefined) {
      jump(row);
    }
  };

  const first = Math.max(0, rowAt(box.top) - 20);
  const last = Math.min(model.shown, rowAt(box.top + box.height) + 20);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  const firstError = model.errors > 0 ? model.firstError() : -1;

  return (
    <div className="topsdl-Log" role="group" aria-label={label}>
      <div className="topsdl-Log-toolbar" role="toolbar" aria-label={label}>
        {model.nodes.length > 1 && (
          <div className="topsdl-Segments" role="group" aria-label={trans.__('Nodes')}>
            <button type="button" aria-pressed={node === null} onClick={() => model.show(null)}>
              {trans.__('All nodes')}
            </button>
            {inOrder(model.nodes).map(name => (
              <button
                key={name}
                type="button"
                title={name}
                aria-pressed={node === name}
                onClick={() => model.show(name)}
              >
                <i className={`topsdl-Swatch topsdl-mod-color${model.nodes.indexOf(name) % 7}`} />
                {shortNode(name)}
              </button>
            ))}
          </div>
        )}
        <span className="topsdl-Log-search">
          <input
            className="topsdl-Input"
            type="search"
            placeholder={trans.__('Search the log')}
            aria-label={trans.__('Search the log')}
            value={typed}
            onChange={event => setTyped(event.target.value)}
            onKeyDown={(event: KeyboardEvent) => {
              if (event.key === 'Enter') {
                step(event.shiftKey ? -1 : marked === null ? 0 : 1);
              }
            }}
          />
          {query !== '' && (
            <span role="status">
              {trans.__('%1 of %2', model.found.length ? current + 1 : 0, model.found.length)}
            </span>
          )}
        </span>
        <Button
          minimal
          icon={caretUpEmptyThinIcon}
          label={trans.__('Previous hit')}
          disabled={model.found.length === 0}
          onClick={() => step(-1)}
        />
        <Button
          minimal
          icon={caretDownEmptyThinIcon}
          label={trans.__('Next hit')}
          disabled={model.found.length === 0}
          onClick={() => step(1)}
        />
        <span className="topsdl-Log-space" />
        {firstError >= 0 && (
          <Button danger onClick={() => jump(firstError)}>
            {trans.__('First error')}
          </Button>
        )}
        <Button pressed={follow} onClick={() => setFollow(!follow)}>
          {trans.__('Follow')}
        </Button>
        <Button pressed={wrap} onClick={() => setWrap(!wrap)}>
          {trans.__('Wrap')}
        </Button>
        {source.download && (
          <a
            className="topsdl-Button topsdl-mod-minimal"
            href={source.download(node)}
            download
            title={trans.__('Download the log')}
            aria-label={trans.__('Download the log')}
          >
            <downloadIcon.react tag="span" width="14px" />
          </a>
        )}
      </div>
      {failure !== undefined && (
        <ErrorState error={failure} retry={() => setAttempt(attempt + 1)} />
      )}
      <div
        ref={scroller}
        className={`topsdl-Log-lines ${wrap ? 'topsdl-mod-wrap' : ''}`}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setBox(old => ({ ...old, top: scrollTop }));
          // Who scrolls up wants to read; who returns to the end wants to follow again.
          setFollow(scrollHeight - scrollTop - clientHeight < LINE * 1.5);
        }}
      >
        <span ref={probe} className="topsdl-Log-probe" aria-hidden="true">
          0123456789
        </span>
        <div style={{ height: lines * LINE, position: 'relative' }}>
          {rows.map(row => (
            <LogRow
              key={row}
              line={model.line(row)}
              top={topOf(row)}
              height={(layout?.linesOf(row) ?? 1) * LINE}
              query={query}
              marked={row === marked}
              showNode={node === null && model.nodes.length > 1}
              locale={translation.locale}
            />
          ))}
        </div>
        {model.ended && model.lineCount === 0 && (
          <p className="topsdl-Log-empty">{trans.__('Nothing was written.')}</p>
        )}
      </div>
      <div className="topsdl-Log-foot">
        <span>
          {trans._n('%1 line', '%1 lines', model.lineCount)},{' '}
          {formatBytes(model.size, translation.locale)}
          {model.droppedBytes > 0 &&
            `, ${trans.__('%1 dropped at the limit', formatBytes(model.droppedBytes, translation.locale))}`}
        </span>
        <span>
          {trans._n('%1 error', '%1 errors', model.errors)},{' '}
          {trans._n('%1 warning', '%1 warnings', model.warnings)}
        </span>
      </div>
    </div>
  );
}
