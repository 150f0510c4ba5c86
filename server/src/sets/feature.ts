import { algorithms, models } from '@topsdl/contract';
import type { App } from '../app.ts';
import { projectDirectory } from '../features/projects/directory.ts';
import { uploadClaims } from '../features/uploads/index.ts';
import { implementSets } from './routes.ts';
import { algorithmSets, contentsOf, modelSets, setsOf } from './service.ts';
import type { SetKind } from './table.ts';

const kinds = {
  algorithms: {
    operations: algorithms,
    version: 'algorithm-version',
    token: algorithmSets
  },
  models: { operations: models, version: 'model-version', token: modelSets }
} as const;

/** Registers a kind of sets with the companion; algorithm sets and model sets differ in words only. */
export function registerSets(app: App, kind: SetKind): void {
  const { operations, version, token } = kinds[kind];
  const sets = setsOf(app, kind);
  const contents = contentsOf(app);
  app.services.provide(token, { sets, contents });
  app.access.registerOwner(`/${kind}/{setId}`, id => sets.find(id));
  app.access.registerOwner(`/${version}s/{versionId}`, id => {
    const found = sets.findVersion(id);
    return found && { projectId: found.set.projectId, parentId: found.set.id };
  });
  app.uses.register('project', projectId => sets.usesOfProject(projectId));
  app.usage.registerCount(kind, projectId => sets.count(projectId));
  app.usage.registerStorage(projectId => sets.bytes(projectId));
  implementSets(app.api, operations, version, {
    sets,
    contents,
    access: app.access,
    uses: app.uses,
    uploads: () => app.services.get(uploadClaims),
    requireStorage: (...asked) => app.services.get(projectDirectory).requireStorage(...asked)
  });
}
