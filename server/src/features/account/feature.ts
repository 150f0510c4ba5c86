import type { Feature } from '../../feature.ts';
import { userDirectory } from './directory.ts';
import { ensureAccounts } from './first-start.ts';
import { registerRoutes } from './routes.ts';
import { Sessions } from './sessions.ts';
import { Users } from './users.ts';

/** Who people are: sign-in, sessions, tokens, and the users that administration manages. */
export const feature: Feature = {
  name: 'account',
  register(app) {
    const users = new Users(app);
    const sessions = new Sessions(app);
    app.access.provideAccounts({
      byToken: token => sessions.byToken(token),
      refresh: caller => sessions.refresh(caller),
      openAdministration: () => sessions.open(users.administratorId()).token,
      ref: userId => users.ref(userId),
      isActive: userId => users.find(userId) !== undefined,
      page: (request, ids) => {
        const page = users.list(request, ids);
        return {
          ...page,
          items: page.items.map(({ id, name, permissions }) => ({ id, name, permissions }))
        };
      }
    });
    app.services.provide(userDirectory, users);
    app.life.onStart(() => ensureAccounts(app, users));
    app.life.onStop('sessions', () => sessions.close());
    registerRoutes(app, users, sessions);
  }
};
