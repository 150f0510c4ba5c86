import type { Holder, Project, ResourceUse } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { ProjectHolder } from '../../usage.ts';
import type { ProjectRow } from './table.ts';

export function presentProject(app: App, row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    quotas: row.quotas,
    memberCount: row.memberCount,
    createdAt: new Date(row.createdAt).toISOString(),
    createdBy: app.access.userRef(row.createdBy)
  };
}

/** Use beside the limit, of every resource that has one of the two. */
export function presentUse(
  used: ReadonlyMap<string, number>,
  limits: ReadonlyMap<string, number>
): ResourceUse[] {
  const resources = new Set([...used.keys(), ...limits.keys()]);
  return [...resources].map(resource => ({
    resource,
    used: used.get(resource) ?? 0,
    limit: limits.get(resource) ?? null
  }));
}

export function presentHolder({ projectId: _, ...holder }: ProjectHolder): Holder {
  return holder;
}
