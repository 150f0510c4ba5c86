import type { AccessToken, Session } from '@topsdl/contract';
import type { App } from '../../app.ts';
import type { SessionRow, UserRow } from './table.ts';

/** The signed-in user. A token without an end is said to end when a session would at the latest. */
export function presentSession(app: App, user: UserRow, expiresAt: number | null): Session {
  return {
    user: { id: user.id, name: user.name, email: user.email },
    permissions: user.permissions,
    builtin: user.builtin,
    owner: user.owner,
    instance: app.instance,
    expiresAt: new Date(expiresAt ?? END_OF_TIME).toISOString()
  };
}

const END_OF_TIME = Date.UTC(9999, 11, 31);

export function presentToken(row: SessionRow): AccessToken {
  const time = (value: number | null) => (value === null ? null : new Date(value).toISOString());
  return {
    id: row.id,
    name: row.name ?? '',
    createdAt: new Date(row.createdAt).toISOString(),
    expiresAt: time(row.expiresAt),
    lastUsedAt: time(row.lastUsedAt)
  };
}
