import { operations, type ServiceMetrics } from '@topsdl/contract';
import { formatNumber } from '@topsdl/lab';
import { LineChart, Loaded, useQuery, useTops, type Series } from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';

type Role = 'production' | 'gray';
type Read = (metrics: ServiceMetrics, role: Role, index: number) => number | null;

/** Points of one figure of one role, in milliseconds. */
function points(metrics: ServiceMetrics, role: Role, read: Read): [number, number | null][] {
  const from = Date.parse(metrics.from);
  return metrics[role].requests.map((_, index) => [
    from + index * metrics.stepSeconds * 1000,
    read(metrics, role, index)
  ]);
}

/** Requests, errors and latency of both versions, live. */
export function LiveMetrics({ serviceId }: { serviceId: string }): JSX.Element {
  const { events, trans, translation } = useTops();
  const query = useQuery(operations.serving.metrics, { params: { serviceId }, query: {} });
  const [live, setLive] = useState<ServiceMetrics | null>(null);
  useEffect(() => {
    const subscription = events.subscribe(`serving.metrics:${serviceId}`, {
      onData: data => setLive(data as ServiceMetrics)
    });
    return () => subscription.dispose();
  }, [events, serviceId]);

  const lines = (metrics: ServiceMetrics, figures: [string, Read, boolean][]): Series[] =>
    (['production', 'gray'] as const).flatMap((role, color) =>
      figures.map(([name, read, dashed]) => ({
        id: `${role} ${name}`,
        label: `${role === 'gray' ? trans.__('gray') : trans.__('production')} ${name}`.trim(),
        color,
        dashed,
        points: points(metrics, role, read)
      }))
    );

  return (
    <Loaded query={query}>
      {first => {
        const metrics = live ?? first;
        const count = (role: Role) =>
          metrics.totals[role].requests.toLocaleString(translation.locale);
        return (
          <div className="topsdl-Service-live">
            <p>
              {trans.__(
                'Requests so far: production %1, gray %2.',
                count('production'),
                count('gray')
              )}
            </p>
            <LineChart
              time
              yMin={0}
              label={trans.__('Requests a second')}
              series={lines(metrics, [
                ['', (m, role, i) => (m[role].requests[i] ?? 0) / m.stepSeconds, false]
              ])}
            />
            <LineChart
              time
              yMin={0}
              label={trans.__('Latency, ms')}
              formatY={value => formatNumber(value, translation.locale)}
              series={lines(metrics, [
                ['p50', (m, role, i) => m[role].p50Ms[i] ?? null, true],
                ['p99', (m, role, i) => m[role].p99Ms[i] ?? null, false]
              ])}
            />
            <LineChart
              time
              yMin={0}
              label={trans.__('Errors, %')}
              series={lines(metrics, [
                [
                  '',
                  (m, role, i) => {
                    const requests = m[role].requests[i] ?? 0;
                    return requests > 0 ? (100 * (m[role].errors[i] ?? 0)) / requests : null;
                  },
                  false
                ]
              ])}
            />
          </div>
        );
      }}
    </Loaded>
  );
}
