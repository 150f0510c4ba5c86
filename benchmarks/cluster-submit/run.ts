/**
 * How many jobs a second a companion brings into a cluster, beside a bare loop that creates the same jobs with the same client and as
 * many requests at a time as the engine makes. The two take turns, so that what else the machine does meets both. Then, how long what
 * happens in the cluster takes to the stream that a page has open.
 *
 *     node --conditions=topsdl-source benchmarks/cluster-submit/run.ts [rounds] [jobs]
 *
 * Ours is everything from asking for a workload, as a feature does, to the engine's word of its job: the row and the event of each, synced to
 * the disk before the next is asked for, admission, the run's files on the shared volume, the handle before the create and what is known after
 * it, and the watches that follow. What is not in it is HTTP and the training feature's own rows. The loop makes requests and nothing else, of
 * manifests that were made before. Needs `scripts/cluster up`.
 */
import { ClusterApi } from '../../server/src/compute/volcano/client.ts';
import { MOST_SUBMITS } from '../../server/src/compute/volcano/volcanoEngine.ts';
import { benchCluster } from './cluster.ts';
import { removeAll } from './ours.ts';
import { toPanel } from './panel.ts';
import { bareRound, oursRound, WAITS } from './rounds.ts';

const [rounds = 5, jobs = 1000] = process.argv.slice(2).map(Number);
const cluster = benchCluster();
const api = ClusterApi.connect(cluster);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** @param values in order */
function quantiles(values: readonly number[]): Record<string, number> {
  const at = (part: number) => Math.round(values[Math.floor((values.length - 1) * part)] ?? NaN);
  return { count: values.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

// The engine's own timers would let the process end.
const awake = setInterval(() => undefined, 60_000);
const load = { cluster, api };
// Compilers and connections warm up; neither counts.
await bareRound({ ...load, jobs: Math.ceil(jobs / 5) });
await oursRound({ ...load, jobs: Math.ceil(jobs / 5) });
const found: { ours: number; bare: number; ratio: number }[] = [];
for (let round = 1; round <= rounds; round++) {
  const order = round % 2 === 1 ? [oursRound, bareRound] : [bareRound, oursRound];
  const rates = new Map<unknown, number>();
  for (const run of order) {
    rates.set(run, await run({ ...load, jobs }));
  }
  const ours = rates.get(oursRound) ?? 0;
  const bare = rates.get(bareRound) ?? 0;
  found.push({ ours, bare, ratio: ours / bare });
  console.log(
    `round ${round}: ours ${ours.toFixed(1)}, bare ${bare.toFixed(1)} jobs a second, ratio ${(ours / bare).toFixed(3)}`
  );
}
const panel = await toPanel(api, cluster, WAITS);
clearInterval(awake);
await api.close();
await removeAll();
console.log(
  JSON.stringify({
    jobs,
    atATime: MOST_SUBMITS,
    rounds,
    oursPerSecond: Number(median(found.map(({ ours }) => ours)).toFixed(1)),
    barePerSecond: Number(median(found.map(({ bare }) => bare)).toFixed(1)),
    ratio: Number(median(found.map(({ ratio }) => ratio)).toFixed(3)),
    wanted: 0.95,
    toPanelMs: Object.fromEntries([...panel].map(([what, delays]) => [what, quantiles(delays)]))
  })
);
