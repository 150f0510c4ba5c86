import type { Access as Rule, Page, Permission, UserRef } from '@topsdl/contract';
import type { PageRequest } from '../db/paging.ts';
import { ProblemError } from '../http/problem.ts';
import type { Caller } from './caller.ts';
import { Live } from './live.ts';

/** Sessions and people; the account feature answers. */
export interface Accounts {
  /** The caller that a secret token stands for, while it is valid. */
  byToken(token: string): Caller | undefined;
  /** The same caller as it is now, or nothing when its session has ended. */
  refresh(caller: Caller): Caller | undefined;
  /** Opens a session of the built-in administrator. @returns its token */
  openAdministration(): string;
  /** Name of a user, deleted ones too. */
  ref(userId: string): UserRef | undefined;
  /** Whether there is such a user, not deleted. */
  isActive(userId: string): boolean;
  /** Those of the users with these ids that a list asks for, by name. */
  page(
    request: PageRequest & { readonly search?: string | undefined },
    ids: readonly string[]
  ): Page<{ id: string; name: string; permissions: Permission[] }>;
}

/** Projects and their members; the projects feature answers. */
export interface Memberships {
  isMember(userId: string, projectId: string): boolean;
  exists(projectId: string): boolean;
  projectsOf(userId: string): string[];
}

/** To whom an object belongs. */
export interface Owner {
  /** Null for a public object. */
  readonly projectId: string | null;
  /** The object it lies in, where its address may name that too. */
  readonly parentId?: string;
}

/** Finds the owner of an object by its id; nothing where there is no such object. */
export type FindOwner = (id: string) => Owner | undefined;

/** Decides who may do what, for requests, events and streams alike. */
export class Access {
  readonly live: Live;
  readonly #owners = new Map<string, FindOwner>();
  #accounts: Accounts | undefined;
  #memberships: Memberships | undefined;

  constructor() {
    this.live = new Live(caller => this.accounts.refresh(caller));
  }

  get accounts(): Accounts {
    return provided(this.#accounts, 'accounts');
  }

  get memberships(): Memberships {
    return provided(this.#memberships, 'memberships');
  }

  provideAccounts(accounts: Accounts): void {
    this.#accounts = accounts;
  }

  provideMemberships(memberships: Memberships): void {
    this.#memberships = memberships;
  }

  /**
   * Says how to find the project of a kind of object.
   *
   * @param pattern the beginning of the operations' paths up to the object's id, such as
   *   `/dataset-versions/{versionId}`
   */
  registerOwner(pattern: string, find: FindOwner): void {
    if (this.#owners.has(pattern)) {
      throw new Error(`the owner of ${pattern} is registered twice`);
    }
    this.#owners.set(pattern, find);
  }

  /**
   * The owner that a path names.
   *
   * @param path an operation's path with `{name}` for parameters
   * @throws ProblemError `not-found`, also where nested ids do not belong together
   */
  ownerOf(path: string, params: Readonly<Record<string, unknown>>): Owner {
    let owner: Owner | undefined;
    let parent: string | undefined;
    for (const { pattern, kind, name } of objectsIn(path)) {
      const id = String(params[name]);
      const find = this.#owners.get(pattern);
      if (!find) {
        continue;
      }
      const found = find(id);
      const foreign =
        owner !== undefined &&
        (found?.projectId !== owner.projectId ||
          (found.parentId !== undefined && found.parentId !== parent));
      if (!found || foreign) {
        throw notFound(kind);
      }
      owner = found;
      parent = id;
    }
    if (!owner) {
      throw new Error(`no feature knows the owner of ${path}`);
    }
    return owner;
  }

  /** Whether every project operation's path has an owner; for the test of completeness. */
  knowsOwnerOf(path: string): boolean {
    return objectsIn(path).some(({ pattern }) => this.#owners.has(pattern));
  }

  /**
   * Whether the caller knows that something of this owner exists: members, administrators, and
   * everyone where it is public.
   */
  mayKnow(caller: Caller, projectId: string | null): boolean {
    return (
      projectId === null ||
      caller.permissions.has('admin') ||
      this.memberships.isMember(caller.userId, projectId)
    );
  }

  /**
   * Applies an operation's rule.
   *
   * @param owner of the object, for rules of scope `project`
   * @param kind how the object is called where it does not exist for the caller
   * @throws ProblemError `not-found`, `not-allowed`, `public-read-only`
   */
  check(caller: Caller, rule: Rule, owner: Owner | undefined, kind = 'object'): void {
    switch (rule.scope) {
      case 'public':
      case 'signedIn':
        return;
      case 'admin':
        if (!caller.permissions.has('admin')) {
          throw new ProblemError('not-allowed');
        }
        return;
      case 'project': {
        if (!owner || !this.mayKnow(caller, owner.projectId)) {
          throw notFound(kind);
        }
        if (owner.projectId === null) {
          if (rule.write && !caller.permissions.has('admin')) {
            throw new ProblemError('public-read-only');
          }
          return;
        }
        if (!holdsAny(caller, rule.anyOf)) {
          throw new ProblemError('not-allowed');
        }
      }
    }
  }

  /** Name of a user for what they made; null where nobody is known any more. */
  userRef(userId: string | null): UserRef | null {
    return userId === null ? null : (this.accounts.ref(userId) ?? null);
  }
}

export function holdsAny(caller: Caller, anyOf: readonly Permission[]): boolean {
  return anyOf.some(permission => caller.permissions.has(permission));
}

export function notFound(kind: string): ProblemError {
  return new ProblemError('not-found', { kind });
}

interface ObjectInPath {
  readonly pattern: string;
  readonly kind: string;
  readonly name: string;
}

const paths = new Map<string, ObjectInPath[]>();

/** The objects a path names, from the outside in: `/projects/{projectId}` and so on. */
export function objectsIn(path: string): ObjectInPath[] {
  let objects = paths.get(path);
  if (!objects) {
    objects = [...path.matchAll(/\/([^/{}]+)\/\{(\w+)\}/g)].map(match => ({
      pattern: path.slice(0, match.index + match[0].length),
      kind: (match[1] ?? '').replace(/s$/, ''),
      name: match[2] ?? ''
    }));
    paths.set(path, objects);
  }
  return objects;
}

function provided<T>(value: T | undefined, what: string): T {
  if (value === undefined) {
    throw new Error(`no feature has provided ${what}`);
  }
  return value;
}
