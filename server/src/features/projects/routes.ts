import { and, desc, eq, isNotNull, lt } from 'drizzle-orm';
import { operations } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { decodeCursor, DEFAULT_LIMIT, encodeCursor } from '../../db/paging.ts';
import { countRows, mapPage } from '../../db/rows.ts';
import { events } from '../../events/table.ts';
import { presentHolder, presentProject } from './present.ts';
import type { ProjectService } from './service.ts';
import type { UsageHistory } from './usage-history.ts';

export function registerRoutes(app: App, service: ProjectService, history: UsageHistory): void {
  const { api, db, usage } = app;
  const { projects: operation } = operations;

  api.implement(operation.list, ({ query, caller }) => {
    const page = service.list(query, {
      ...(caller.permissions.has('admin') ? {} : { memberId: caller.userId }),
      ...(query.mine ? { createdBy: caller.userId } : {})
    });
    return mapPage(page, row => presentProject(app, row));
  });

  api.implement(operation.create, ({ body, caller }) =>
    presentProject(app, service.create(body, caller.userId))
  );

  api.implement(operation.get, ({ params }) => presentProject(app, service.get(params.projectId)));

  api.implement(operation.update, ({ params, body, caller }) =>
    presentProject(app, service.update(params.projectId, body, caller.userId))
  );

  api.implement(operation.delete, ({ params, caller }) =>
    service.delete(params.projectId, caller.userId)
  );

  api.implement(operation.members, ({ params, query }) =>
    app.access.accounts.page(query, service.memberIds(params.projectId))
  );

  api.implement(operation.overview, ({ params }) => {
    const { projectId } = params;
    const running = usage.running(projectId);
    const waiting = usage.waiting(projectId);
    const ofRuns = ({ kind }: { kind: string }) => kind === 'training-run';
    return {
      project: presentProject(app, service.get(projectId)),
      resources: service.resources(projectId),
      running: running.map(presentHolder),
      waiting: waiting.map(presentHolder),
      counts: {
        datasets: usage.count('datasets', projectId),
        algorithms: usage.count('algorithms', projectId),
        models: usage.count('models', projectId),
        runsRunning: running.filter(ofRuns).length,
        runsWaiting: waiting.filter(ofRuns).length,
        services: usage.count('services', projectId)
      }
    };
  });

  api.implement(operation.usage, ({ params, query }) => ({
    series: history.series(params.projectId, query.minutes ?? 60)
  }));

  api.implement(operation.activity, ({ params, query }) => {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const filter = and(eq(events.projectId, params.projectId), isNotNull(events.name));
    const [before] = query.cursor === undefined ? [] : decodeCursor('activity', 1, query.cursor);
    const rows = db.orm
      .select()
      .from(events)
      .where(and(filter, before === undefined ? undefined : lt(events.seq, Number(before))))
      .orderBy(desc(events.seq))
      .limit(limit + 1)
      .all();
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(row => ({
        seq: row.seq,
        time: new Date(row.time).toISOString(),
        type: row.type,
        kind: row.kind,
        id: row.objectId,
        name: row.name,
        by: app.access.userRef(row.byUserId)
      })),
      ...(rows.length > limit && last ? { next: encodeCursor('activity', [last.seq]) } : {}),
      total: countRows(db.orm, events, filter)
    };
  });
}
