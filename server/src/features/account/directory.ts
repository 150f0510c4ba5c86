import type { Page, Permission } from '@topsdl/contract';
import type { PageRequest } from '../../db/paging.ts';
import { ServiceToken } from '../../services.ts';
import type { UserRow } from './table.ts';

export interface UserInput {
  readonly name: string;
  readonly password: string;
  readonly email?: string | null | undefined;
  readonly permissions: readonly Permission[];
}

/** A user without what only the account feature may know. */
export type UserRecord = Omit<UserRow, 'passwordHash' | 'deletedAt'>;

/** What administration asks of accounts. */
export interface UserDirectory {
  list(
    request: PageRequest & { search?: string | undefined; permission?: Permission | undefined }
  ): Page<UserRecord>;
  get(userId: string): UserRecord;
  create(input: UserInput, by: string | null): Promise<UserRecord>;
  /** A changed password ends the user's sessions and tokens. */
  update(userId: string, input: Partial<UserInput>, by: string): Promise<UserRecord>;
  delete(userId: string, by: string): void;
  /** The account of the data directory's owner. */
  ownerId(): string;
}

export const userDirectory = new ServiceToken<UserDirectory>('user directory');
