import { operations, type TrainingRun } from '@topsdl/contract';
import { EmptyState, LineChart, Loaded, useQuery, useTops } from '@topsdl/ui';
import type { JSX } from 'react';
import { groupSeries } from './samples.ts';

/** Live curves from a run's event files. */
export function Metrics({ run }: { run: TrainingRun }): JSX.Element {
  const { trans } = useTops();
  const query = useQuery(operations.training.metrics, { params: { runId: run.id } }, [
    { kinds: ['training-run'], id: run.id }
  ]);
  return (
    <Loaded query={query}>
      {({ series }) =>
        series.length === 0 ? (
          <EmptyState>
            {trans.__(
              'Curves appear when the program writes TensorBoard events below /workspace/persistent-model.'
            )}
          </EmptyState>
        ) : (
          <div className="topsdl-Run-charts">
            {[...groupSeries(series)].map(([group, curves]) => (
              <LineChart
                key={group}
                label={group}
                series={curves.map(({ label, entry }) => ({
                  id: entry.tag,
                  label,
                  points: entry.steps.map(
                    (step, index) => [step, entry.values[index] ?? null] as const
                  )
                }))}
              />
            ))}
          </div>
        )
      }
    </Loaded>
  );
}
