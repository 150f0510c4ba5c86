import type { Page, Quota, ResourceUse } from '@topsdl/contract';
import type { EngineProject } from '../../compute/engine.ts';
import type { Transaction } from '../../db/database.ts';
import type { PageRequest } from '../../db/paging.ts';
import { ServiceToken } from '../../services.ts';
import type { ProjectRow } from './table.ts';

export interface ProjectInput {
  readonly name: string;
  readonly quotas?: readonly Quota[] | undefined;
  readonly memberIds?: readonly string[] | undefined;
}

/** What other features ask of projects. */
export interface ProjectDirectory {
  exists(projectId: string): boolean;
  name(projectId: string): string | undefined;
  /** Limits by resource (`cpu` in cores, `memory` and `storage` in bytes, `requests.<card>` in cards). */
  limits(projectId: string): ReadonlyMap<string, number>;
  ids(): string[];
  /** All projects, as compute engines know them. */
  forEngine(): EngineProject[];
  /** All projects that a list asks for, by name. */
  list(request: PageRequest & { search?: string | undefined }): Page<ProjectRow>;
  /**
   * Asks whether so many bytes more may be stored.
   *
   * @throws ProblemError `storage-exhausted` with the field
   */
  requireStorage(projectId: string, bytes: number, field?: string): void;
  /** Use beside the limit, of every resource that has one of the two. */
  resources(projectId: string): ResourceUse[];
  create(input: ProjectInput, by: string | null): ProjectRow;
  /** Adds a member. Nothing happens where they are one. */
  addMember(projectId: string, userId: string): void;
  /** Takes a user who is deleted out of every project. */
  removeUser(tx: Transaction, userId: string): void;
}

export const projectDirectory = new ServiceToken<ProjectDirectory>('project directory');
