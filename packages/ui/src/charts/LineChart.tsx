import { formatNumber } from '@topsdl/lab';
import { useLayoutEffect, useMemo, useRef, useState, type JSX, type PointerEvent } from 'react';
import { useTops } from '../host.tsx';
import { linePath, lonePoints, nearest, ticks, timeTicks } from './scale.ts';

/** One line: x sorted upwards; times in milliseconds. */
export interface Series {
  readonly id: string;
  readonly label: string;
  readonly points: readonly (readonly [number, number | null])[];
  /** Place in the palette; its place among the series unless said otherwise. */
  readonly color?: number;
  readonly dashed?: boolean;
  readonly area?: boolean;
  /** The value holds until the next one. */
  readonly steps?: boolean;
  /** A limit: drawn thin and dashed, in the colour of warnings. */
  readonly limit?: boolean;
}

export interface LineChartProps {
  readonly label: string;
  readonly series: readonly Series[];
  /** Whether x is time. */
  readonly time?: boolean;
  /** Limits of x, where they are not those of the points. */
  readonly from?: number;
  readonly to?: number;
  /** At least this is in sight on y. */
  readonly yMin?: number;
  readonly yMax?: number;
  formatY?(value: number): string;
  formatX?(value: number): string;
  /** Whether y is in bytes: the axis is then round in powers of 1024. */
  readonly bytes?: boolean;
  readonly height?: number;
  /** Left out: the lines are told apart by a legend of the caller's. */
  readonly legend?: boolean;
}

const MARGIN = { top: 8, right: 12, bottom: 20 };
/** Pixels that a digit of the axis takes about. */
const DIGIT = 6.5;
/** Half a minute: what a single moment is shown in the middle of. */
const AROUND = 30_000;

/** Lines over time or steps, with axes and the values under the pointer; drawn as SVG, readable as a table. */
export function LineChart(props: LineChartProps): JSX.Element {
  const { series, height = 180, time } = props;
  const { trans, translation } = useTops();
  const { locale } = translation;
  const node = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<number | null>(null);
  const formatY = props.formatY ?? ((value: number) => formatNumber(value, locale));
  const formatX =
    props.formatX ?? (time ? timeFormat(locale) : (v: number) => formatNumber(v, locale));

  useLayoutEffect(() => {
    const element = node.current;
    if (!element) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const box = useMemo(() => bounds(props), [props]);
  const innerHeight = height - MARGIN.top - MARGIN.bottom;
  const yTicks = ticks(box.y0, box.y1, Math.max(2, innerHeight / 36), props.bytes).map(
    tick => [tick, formatY(tick)] as const
  );
  const left = 14 + DIGIT * Math.max(3, ...yTicks.map(([, text]) => text.length));
  const inner = { width: Math.max(0, width - left - MARGIN.right), height: innerHeight };
  const x = (value: number) => left + ((value - box.x0) / (box.x1 - box.x0 || 1)) * inner.width;
  const y = (value: number) =>
    MARGIN.top + inner.height - ((value - box.y0) / (box.y1 - box.y0 || 1)) * inner.height;
  const empty = series.every(({ points }) => points.length === 0);
  const xTicks = time
    ? timeTicks(box.x0, box.x1, Math.max(2, inner.width / 110))
    : ticks(box.x0, box.x1, Math.max(2, inner.width / 80));

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const share = (at - left) / (inner.width || 1);
    setAt(share < 0 || share > 1 ? null : box.x0 + share * (box.x1 - box.x0));
  };
  const under =
    at === null
      ? []
      : series.flatMap((line, index) => {
          const point = line.points[nearest(line.points, at)];
          return point && point[1] !== null ? [{ line, index, x: point[0], y: point[1] }] : [];
        });
  const anchor = under[0];

  return (
    <figure className="topsdl-Chart" aria-label={props.label}>
      {(props.legend ?? true) && (
        <figcaption>
          <b>{props.label}</b>
          {series.length > 1 &&
            series.map((line, index) => (
              <span key={line.id} className="topsdl-Chart-key">
                <svg width="18" height="8" aria-hidden="true">
                  <path d="M0 4H18" className={lineClass(line, index)} />
                </svg>
                {line.label}
              </span>
            ))}
        </figcaption>
      )}
      <div ref={node} className="topsdl-Chart-body" style={{ height }}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={summary(props, formatY)}
            onPointerMove={onPointerMove}
            onPointerLeave={() => setAt(null)}
          >
            {yTicks.map(([tick, text]) => (
              <g key={tick} className="topsdl-Chart-grid">
                <path d={`M${left} ${y(tick)}H${width - MARGIN.right}`} />
                <text x={left - 6} y={y(tick)} textAnchor="end" dy="0.32em">
                  {text}
                </text>
              </g>
            ))}
            {xTicks.map(tick => (
              <text
                key={tick}
                className="topsdl-Chart-x"
                x={x(tick)}
                y={height - 6}
                textAnchor="middle"
              >
                {formatX(tick)}
              </text>
            ))}
            {series.map((line, index) => (
              <g key={line.id}>
                {line.area && line.points.length > 1 && (
                  <path
                    className={`topsdl-Chart-area topsdl-mod-color${(line.color ?? index) % 7}`}
                    d={`${linePath(line.points, x, y, line.steps)}V${y(box.y0)}H${x(line.points[0]?.[0] ?? 0)}Z`}
                  />
                )}
                <path
                  className={lineClass(line, index)}
                  d={linePath(line.points, x, y, line.steps)}
                />
                {lonePoints(line.points).map(([at, value]) => (
                  <circle
                    key={at}
                    className={lineClass(line, index)}
                    cx={x(at)}
                    cy={y(value)}
                    r="2.5"
                  />
                ))}
              </g>
            ))}
            {anchor && (
              <g className="topsdl-Chart-cross" aria-hidden="true">
                <path d={`M${x(anchor.x)} ${MARGIN.top}V${height - MARGIN.bottom}`} />
                {under.map(point => (
                  <circle
                    key={point.line.id}
                    className={lineClass(point.line, point.index)}
                    cx={x(point.x)}
                    cy={y(point.y)}
                    r="3"
                  />
                ))}
              </g>
            )}
          </svg>
        )}
        {anchor && (
          <div
            className="topsdl-Chart-tip"
            style={
              x(anchor.x) > width / 2
                ? { right: width - x(anchor.x) + 8 }
                : { left: x(anchor.x) + 8 }
            }
          >
            <b>{formatX(anchor.x)}</b>
            {under.map(({ line, index, y: value }) => (
              <span key={line.id}>
                <i className={`topsdl-Swatch topsdl-mod-color${(line.color ?? index) % 7}`} />
                {line.label} <b>{formatY(value)}</b>
              </span>
            ))}
          </div>
        )}
        {empty && <div className="topsdl-Chart-empty">{trans.__('No values yet.')}</div>}
      </div>
    </figure>
  );
}

function lineClass(line: Series, index: number): string {
  return line.limit
    ? 'topsdl-Chart-line topsdl-mod-limit'
    : `topsdl-Chart-line topsdl-mod-color${(line.color ?? index) % 7} ${line.dashed ? 'topsdl-mod-dashed' : ''}`;
}

function bounds({ series, from, to, yMin, yMax, time }: LineChartProps) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, yMin ?? Infinity, yMax ?? -Infinity];
  for (const { points } of series) {
    for (const [px, py] of points) {
      x0 = Math.min(x0, px);
      x1 = Math.max(x1, px);
      if (py !== null && Number.isFinite(py)) {
        y0 = Math.min(y0, py);
        y1 = Math.max(y1, py);
      }
    }
  }
  [x0, x1] = [from ?? (Number.isFinite(x0) ? x0 : 0), to ?? (Number.isFinite(x1) ? x1 : 1)];
  [y0, y1] = [Number.isFinite(y0) ? y0 : 0, Number.isFinite(y1) ? y1 : 1];
  if (x0 === x1) {
    [x0, x1] = time ? [x0 - AROUND, x1 + AROUND] : [x0 - 1, x1 + 1];
  }
  if (y0 === y1) {
    [y0, y1] = y0 === 0 ? [0, 1] : [Math.min(0, y0), Math.max(0, y1)];
  }
  // A little air above, so that the highest point does not stick to the edge.
  return { x0, x1, y0, y1: y1 + (y1 - y0) * 0.05 };
}

function timeFormat(locale: string): (value: number) => string {
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false
  });
  const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric' });
  return value => {
    const date = new Date(value);
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    return midnight ? day.format(date) : clock.format(date);
  };
}

/** What the chart says, for those who do not see it. */
function summary({ label, series }: LineChartProps, formatY: (value: number) => string): string {
  const last = series.flatMap(line => {
    const value = line.points.findLast(([, v]) => v !== null)?.[1];
    return value === undefined || value === null ? [] : [`${line.label} ${formatY(value)}`];
  });
  return `${label}: ${last.join(', ')}`;
}
