import type { operations } from '@topsdl/contract';
import type { Route } from '@topsdl/lab';

type Operations = typeof operations;

/**
 * The operations that are called before anything is opened. The contract, with all its rules, is loaded
 * when the first panel is; until then these literals stand for it, and a test holds them to it.
 */
export const routes = {
  session: { method: 'GET', path: '/account/session' } as Route<Operations['account']['session']>,
  signOut: { method: 'DELETE', path: '/account/session' } as Route<
    Operations['account']['signOut']
  >,
  projects: { method: 'GET', path: '/projects' } as Route<Operations['projects']['list']>,
  overview: { method: 'GET', path: '/projects/{projectId}/overview' } as Route<
    Operations['projects']['overview']
  >
};
