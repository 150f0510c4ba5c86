import type { JSX } from 'react';
import { linePath } from './scale.ts';

export interface Part {
  readonly label: string;
  readonly value: number;
  /** Place in the palette. */
  readonly color: number;
  /** Asked for, not used yet. */
  readonly planned?: boolean;
}

/** What is used of a limit, by parts; with what is asked for, hatched. */
export function StackBar(props: {
  readonly label: string;
  readonly parts: readonly Part[];
  /** Null where there is no limit. */
  readonly limit: number | null;
}): JSX.Element {
  const { parts, limit } = props;
  const sum = parts.reduce((total, { value }) => total + value, 0);
  const whole = Math.max(limit ?? 0, sum) || 1;
  const full = limit !== null && sum >= limit && sum > 0;
  return (
    <div
      className={`topsdl-StackBar ${full ? 'topsdl-mod-full' : ''}`}
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={limit ?? whole}
      aria-valuenow={sum}
    >
      {parts
        .filter(({ value }) => value > 0)
        .map(part => (
          <span
            key={part.label}
            className={`topsdl-mod-color${part.color % 7} ${part.planned ? 'topsdl-mod-planned' : ''}`}
            title={part.label}
            style={{ width: `${(part.value / whole) * 100}%` }}
          />
        ))}
    </div>
  );
}

/** A small line with its area, without axes. */
export function Spark(props: {
  readonly label: string;
  readonly points: readonly (readonly [number, number | null])[];
  readonly max?: number;
  readonly color?: number;
  readonly width?: number;
  readonly height?: number;
}): JSX.Element {
  const { points, width = 90, height = 24, color = 0 } = props;
  const first = points[0]?.[0] ?? 0;
  const span = (points.at(-1)?.[0] ?? 1) - first || 1;
  const top = Math.max(props.max ?? 0, ...points.map(([, value]) => value ?? 0)) || 1;
  const x = (value: number) => ((value - first) / span) * width;
  const y = (value: number) => height - 1 - (value / top) * (height - 2);
  const line = linePath(points, x, y);
  return (
    <svg className="topsdl-Spark" width={width} height={height} role="img" aria-label={props.label}>
      {points.length > 1 && (
        <path className={`topsdl-Chart-area topsdl-mod-color${color}`} d={`${line}V${height}H0Z`} />
      )}
      <path className={`topsdl-Chart-line topsdl-mod-color${color}`} d={line} />
    </svg>
  );
}
