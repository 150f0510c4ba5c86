import { settings } from '../../db/table.ts';
import type { App } from '../../app.ts';
import { userDirectory } from '../account/directory.ts';
import { projectDirectory } from '../projects/directory.ts';

/** Makes the first project, with the owner in it, once in the life of a data directory. */
export function ensureFirstProject(app: App): void {
  const projects = app.services.get(projectDirectory);
  const ownerId = app.services.get(userDirectory).ownerId();
  app.db.write(tx => {
    const first = tx
      .insert(settings)
      .values({ name: 'first-project', value: new Date().toISOString() })
      .onConflictDoNothing()
      .run();
    if (first.changes > 0) {
      const { name, quotas } = app.config.project;
      const list = Object.entries(quotas).map(([resource, limit]) => ({ resource, limit }));
      projects.create({ name, quotas: list, memberIds: [ownerId] }, ownerId);
    }
  });
}
