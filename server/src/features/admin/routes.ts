import { operations } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { contains, type Ordering } from '../../db/paging.ts';
import { listRows, mapPage } from '../../db/rows.ts';
import { userDirectory } from '../account/directory.ts';
import { projectDirectory } from '../projects/directory.ts';
import { presentSpec, presentUser } from './present.ts';
import type { SpecService } from './service.ts';
import { computeSpecs, type ComputeSpecRow } from './table.ts';

const byAge: Ordering<ComputeSpecRow> = {
  name: 'compute-specs',
  columns: [computeSpecs.id],
  direction: 'ascending',
  keys: row => [row.id]
};

export function registerRoutes(app: App, specs: SpecService): void {
  const { api, db } = app;
  const { admin } = operations;
  const users = () => app.services.get(userDirectory);

  api.implement(admin.listUsers, ({ query }) => {
    const page = users().list(query);
    return mapPage(page, presentUser);
  });
  api.implement(admin.createUser, async ({ body, caller }) =>
    presentUser(await users().create(body, caller.userId))
  );
  api.implement(admin.getUser, ({ params }) => presentUser(users().get(params.userId)));
  api.implement(admin.updateUser, async ({ params, body, caller }) =>
    presentUser(await users().update(params.userId, body, caller.userId))
  );
  api.implement(admin.deleteUser, ({ params, caller }) =>
    users().delete(params.userId, caller.userId)
  );

  api.implement(admin.listSpecs, ({ query }) => {
    const filter = contains(computeSpecs.name, query.search);
    return mapPage(listRows(db.orm, computeSpecs, byAge, filter, query), presentSpec);
  });
  api.implement(admin.createSpec, ({ body, caller }) =>
    presentSpec(specs.create(body, caller.userId))
  );
  api.implement(admin.getSpec, ({ params }) => presentSpec(specs.get(params.specId)));
  api.implement(admin.updateSpec, ({ params, body, caller }) =>
    presentSpec(specs.update(params.specId, body, caller.userId))
  );
  api.implement(admin.deleteSpec, ({ params, caller }) =>
    specs.delete(params.specId, caller.userId)
  );

  api.implement(admin.resources, ({ query }) => {
    const projects = app.services.get(projectDirectory);
    const page = projects.list(query);
    return {
      ...page,
      items: page.items.map(({ id, name }) => ({ id, name, resources: projects.resources(id) }))
    };
  });
}
