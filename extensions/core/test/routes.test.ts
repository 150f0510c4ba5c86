import { expect, test } from '@jest/globals';
import { operations } from '@topsdl/contract';
import { routes } from '../src/routes.ts';

test('the routes that are known before the contract is loaded are the contract’s', () => {
  const real = {
    session: operations.account.session,
    signOut: operations.account.signOut,
    projects: operations.projects.list,
    overview: operations.projects.overview
  };
  expect(Object.keys(routes).toSorted()).toEqual(Object.keys(real).toSorted());
  for (const [name, { method, path }] of Object.entries(routes)) {
    expect({ method, path }).toEqual({
      method: real[name as keyof typeof real].method,
      path: real[name as keyof typeof real].path
    });
  }
});
