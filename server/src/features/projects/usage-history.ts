import { and, asc, desc, eq, gt, lte } from 'drizzle-orm';
import type { App } from '../../app.ts';
import { attempt, every } from '../../housekeeping.ts';
import type { ProjectDirectory } from './directory.ts';
import { usageSteps } from './table.ts';

const KEPT_FOR = 31 * 24 * 3_600_000;
const PRUNE_EVERY = 6 * 3_600_000;
/** Changes that come together become one step. */
const SETTLE = 200;
/** Until what could not be written is tried again. */
const AGAIN = 5000;
const MOST_POINTS = 300;
/** cpu is kept in thousandths of a core, for the column holds integers. */
const CPU_UNIT = 1000;

interface Step {
  readonly time: number;
  readonly used: number;
  readonly limit: number | null;
}

export interface Series {
  readonly resource: string;
  readonly points: { time: string; used: number; limit: number | null }[];
}

type Parts = Pick<App, 'db' | 'log' | 'usage'>;
type Projects = Pick<ProjectDirectory, 'exists' | 'ids' | 'resources'>;

/**
 * What projects used over time. Use changes in steps, when something starts or ends, so a row is
 * written for each change and nothing is sampled.
 */
export class UsageHistory {
  readonly #app: Parts;
  readonly #directory: Projects;
  readonly #pending = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopPruning = () => {};

  constructor(app: Parts, directory: Projects) {
    this.#app = app;
    this.#directory = directory;
    app.usage.onChanged(projectId => this.#changed(projectId));
  }

  start(): void {
    for (const projectId of this.#directory.ids()) {
      this.#changed(projectId);
    }
    this.#stopPruning = every(PRUNE_EVERY, this.#app.log, () => this.#prune());
  }

  stop(): void {
    this.#stopPruning();
    clearTimeout(this.#timer);
    this.#record();
  }

  /**
   * Averages over the last minutes, a series for each resource.
   *
   * @returns amounts in cores, bytes and cards, at most 300 points each
   */
  series(projectId: string, minutes: number, now = Date.now()): Series[] {
    this.#record();
    const from = now - minutes * 60_000;
    const count = Math.min(MOST_POINTS, minutes * 2);
    return this.#directory.resources(projectId).map(({ resource }) => {
      const unit = resource === 'cpu' ? CPU_UNIT : 1;
      const points = averages(this.#steps(projectId, resource, from, now), from, now, count);
      return {
        resource,
        points: points.map(({ time, used, limit }) => ({
          time: new Date(time).toISOString(),
          used: used / unit,
          limit: limit === null ? null : limit / unit
        }))
      };
    });
  }

  #changed(projectId: string): void {
    this.#pending.add(projectId);
    this.#timer ??= setTimeout(() => this.#record(), SETTLE);
  }

  /** Writes down what has changed; what cannot be, as on a full disk, later. */
  #record(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const projects = [...this.#pending].filter(id => this.#directory.exists(id));
    this.#pending.clear();
    if (projects.length > 0) {
      attempt(
        this.#app.log,
        () => this.#write(projects),
        () => {
          projects.forEach(id => this.#pending.add(id));
          this.#timer ??= setTimeout(() => this.#record(), AGAIN).unref();
        }
      );
    }
  }

  #write(projects: readonly string[]): void {
    const time = Date.now();
    this.#app.db.write(tx => {
      for (const projectId of projects) {
        const uses = this.#directory.resources(projectId);
        let changed = false;
        for (const { resource, used, limit } of uses) {
          const unit = resource === 'cpu' ? CPU_UNIT : 1;
          const step = {
            used: Math.round(used * unit),
            limit: limit === null ? null : Math.round(limit * unit)
          };
          const last = tx
            .select()
            .from(usageSteps)
            .where(and(eq(usageSteps.projectId, projectId), eq(usageSteps.resource, resource)))
            .orderBy(desc(usageSteps.time))
            .limit(1)
            .get();
          if (last?.used !== step.used || last.limit !== step.limit) {
            changed = true;
            tx.insert(usageSteps)
              .values({ projectId, resource, time, ...step })
              .onConflictDoUpdate({
                target: [usageSteps.projectId, usageSteps.resource, usageSteps.time],
                set: step
              })
              .run();
          }
        }
        if (changed) {
          tx.emit({ type: 'updated', kind: 'usage', id: projectId, projectId });
        }
      }
    });
  }

  #steps(projectId: string, resource: string, from: number, to: number): Step[] {
    const { orm } = this.#app.db;
    const same = and(eq(usageSteps.projectId, projectId), eq(usageSteps.resource, resource));
    const before = orm
      .select()
      .from(usageSteps)
      .where(and(same, lte(usageSteps.time, from)))
      .orderBy(desc(usageSteps.time))
      .limit(1)
      .all();
    const within = orm
      .select()
      .from(usageSteps)
      .where(and(same, gt(usageSteps.time, from), lte(usageSteps.time, to)))
      .orderBy(asc(usageSteps.time))
      .all();
    return [...before, ...within];
  }

  #prune(): void {
    // The newest old step still says what held at the beginning of the window.
    this.#app.db.sqlite
      .prepare(
        `DELETE FROM usage_steps WHERE time < ? AND EXISTS (
           SELECT 1 FROM usage_steps later
           WHERE later.project_id = usage_steps.project_id AND later.resource = usage_steps.resource
             AND later.time > usage_steps.time AND later.time < ?)`
      )
      .run(Date.now() - KEPT_FOR, Date.now() - KEPT_FOR);
  }
}

/**
 * Averages of a step function over equal stretches of time, weighted by how long each step held. The
 * stretch before the first step is left out.
 */
export function averages(
  steps: readonly Step[],
  from: number,
  to: number,
  count: number
): { time: number; used: number; limit: number | null }[] {
  const width = (to - from) / count;
  const points: { time: number; used: number; limit: number | null }[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const begin = from + i * width;
    const end = begin + width;
    let sum = 0;
    let covered = 0;
    let limit: number | null = null;
    while (at + 1 < steps.length && steps[at + 1]!.time <= begin) {
      at++;
    }
    for (let k = at; k < steps.length && steps[k]!.time < end; k++) {
      const step = steps[k]!;
      const until = Math.min(end, steps[k + 1]?.time ?? end);
      const held = until - Math.max(begin, step.time);
      if (held > 0) {
        sum += step.used * held;
        covered += held;
        limit = step.limit;
      }
    }
    if (covered > 0) {
      points.push({ time: Math.round(end), used: sum / covered, limit });
    }
  }
  return points;
}
