import type { EngineProject } from '../../compute/engine.ts';
import type { Orm } from '../../db/database.ts';
import { projects } from './table.ts';

/** All projects as the compute engine is told of them. */
export function engineProjects(orm: Pick<Orm, 'select'>): EngineProject[] {
  return orm
    .select({ id: projects.id, name: projects.name, quotas: projects.quotas })
    .from(projects)
    .all()
    .map(({ id, name, quotas }) => ({
      id,
      name,
      // What is stored is the companion's to count.
      quotas: Object.fromEntries(
        quotas.flatMap(({ resource, limit }) => (resource === 'storage' ? [] : [[resource, limit]]))
      )
    }));
}
