import type { ComputeSpec, User } from '@topsdl/contract';
import type { UserRecord } from '../account/directory.ts';
import type { ComputeSpecRow } from './table.ts';

export function presentUser(row: UserRecord): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    permissions: row.permissions,
    builtin: row.builtin,
    owner: row.owner,
    createdAt: new Date(row.createdAt).toISOString(),
    lastSeenAt: row.lastSeenAt === null ? null : new Date(row.lastSeenAt).toISOString()
  };
}

export function presentSpec(row: ComputeSpecRow): ComputeSpec {
  return { ...row, createdAt: new Date(row.createdAt).toISOString() };
}
