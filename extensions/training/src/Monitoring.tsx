import { operations, type NodeStats } from '@topsdl/contract';
import { formatBytes, formatNumber } from '@topsdl/lab';
import { EmptyState, LineChart, Loaded, shortNode, useQuery, useTops } from '@topsdl/ui';
import { useEffect, useState, type JSX } from 'react';
import { mergeSamples, seriesOf } from './samples.ts';

/** What every node uses, over time and live. */
export function Monitoring({ runId, active }: { runId: string; active: boolean }): JSX.Element {
  const { events, trans, translation } = useTops();
  const query = useQuery(operations.training.stats, { params: { runId } });
  const [live, setLive] = useState<readonly NodeStats[]>([]);
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const subscription = events.subscribe(`training.stats:${runId}`, {
      onData: data => setLive(old => mergeSamples(old, (data as { samples: NodeStats[] }).samples))
    });
    return () => subscription.dispose();
  }, [events, runId, active]);

  const bytes = (value: number) => formatBytes(value, translation.locale);
  const rate = (value: number) => trans.__('%1/s', bytes(value));
  const cores = (value: number) => formatNumber(value, translation.locale);
  const charts: [string, (sample: NodeStats) => number, (value: number) => string][] = [
    [trans.__('CPU, cores'), sample => sample.cpu, cores],
    [trans.__('Memory'), sample => sample.memoryBytes, bytes],
    [trans.__('Received'), sample => sample.receivedBytes, rate],
    [trans.__('Sent'), sample => sample.sentBytes, rate]
  ];
  return (
    <Loaded query={query}>
      {({ samples }) => {
        const all = mergeSamples(samples, live);
        return all.length === 0 ? (
          <EmptyState>
            {active
              ? trans.__('The first figures come in a moment.')
              : trans.__('It ended before any figures were taken.')}
          </EmptyState>
        ) : (
          <div className="topsdl-Run-charts">
            {charts.map(([label, read, format]) => (
              <LineChart
                key={label}
                time
                yMin={0}
                label={label}
                series={seriesOf(all, read, shortNode)}
                formatY={format}
                bytes={format !== cores}
              />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}
