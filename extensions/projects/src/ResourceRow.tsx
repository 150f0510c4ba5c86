import type { Holder, ResourceUse } from '@topsdl/contract';
import { formatNumber, isBytes } from '@topsdl/lab';
import { formatAmount, LineChart, resourceName, StackBar, useTops, type Part } from '@topsdl/ui';
import { useMemo, type JSX } from 'react';
import { amountOf } from './amounts.ts';

export interface ResourceRowProps {
  readonly use: ResourceUse;
  readonly running: readonly Holder[];
  readonly waiting: readonly Holder[];
  readonly minutes: number;
  readonly points: readonly {
    readonly time: string;
    readonly used: number;
    readonly limit: number | null;
  }[];
}

/** One resource: used of its quota by kind of work, what waits for it, and how it was over time. */
export function ResourceRow({
  use,
  running,
  waiting,
  minutes,
  points
}: ResourceRowProps): JSX.Element {
  const { trans, translation } = useTops();
  const { locale } = translation;
  const { resource, used, limit } = use;
  const sum = (holders: readonly Holder[], ...kinds: readonly Holder['kind'][]) =>
    holders
      .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
      .reduce((total, holder) => total + amountOf(holder, resource), 0);
  const training = sum(running, 'training-run');
  const services = sum(running, 'service');
  const wanted = sum(waiting);
  const parts: readonly Part[] = [
    { label: trans.__('Training'), value: training, color: 0 },
    { label: trans.__('Services'), value: services, color: 2 },
    { label: trans.__('Other'), value: Math.max(0, used - training - services), color: 4 }
  ];
  const amount = (value: number) => formatAmount(resource, value, locale);
  const series = useMemo(
    () => [
      {
        id: 'used',
        label: trans.__('Used'),
        points: points.map(point => [Date.parse(point.time), point.used] as const),
        color: 0,
        area: true
      },
      {
        id: 'limit',
        label: trans.__('Quota'),
        points: points.map(point => [Date.parse(point.time), point.limit] as const),
        limit: true,
        steps: true
      }
    ],
    [points, trans]
  );
  const name = resourceName(resource, trans);
  const end = points.length > 0 ? Date.parse(points.at(-1)?.time ?? '') : Date.now();
  return (
    <div className="topsdl-Overview-resource">
      <div>
        <div className="topsdl-Overview-figures">
          <h2>{name}</h2>
          <span>
            <b>{amount(used)}</b>{' '}
            {limit === null ? trans.__('used, no quota') : trans.__('of %1', amount(limit))}
          </span>
          {limit !== null && limit > 0 && (
            <span className="topsdl-mod-muted">
              {formatNumber(Math.round((used / limit) * 100), locale)} %
            </span>
          )}
        </div>
        {limit !== null && <StackBar label={name} parts={parts} limit={limit} />}
        <div className="topsdl-Overview-keys">
          {parts
            .filter(({ value }) => value > 0)
            .map(part => (
              <span key={part.label}>
                <i className={`topsdl-Swatch topsdl-mod-color${part.color}`} />
                {part.label} {amount(part.value)}
              </span>
            ))}
          {wanted > 0 && (
            <span className="topsdl-Overview-wanted">
              {trans.__('%1 waited for', amount(wanted))}
            </span>
          )}
        </div>
      </div>
      <LineChart
        label={trans.__('%1 over time', name)}
        legend={false}
        time
        series={series}
        from={end - minutes * 60_000}
        to={end}
        yMin={0}
        {...(limit !== null && { yMax: limit })}
        formatY={amount}
        bytes={isBytes(resource)}
        height={84}
      />
    </div>
  );
}
