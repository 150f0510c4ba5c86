import { z } from 'zod';
import { access, operation, Permission } from './operation.ts';
import { page, PageQuery } from './page.ts';
import { NodeSelector, Tolerations } from './placement.ts';
import { CardResource, Email, Id, Name, Password, text, Time } from './rules.ts';
import { ResourceUse } from './projects.ts';

export const User = z
  .object({
    id: Id,
    name: Name,
    email: Email.nullable(),
    permissions: z.array(Permission),
    builtin: z.boolean(),
    owner: z.boolean(),
    createdAt: Time,
    lastSeenAt: Time.nullable()
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** What a node is given: cores, bytes of memory, cards; and on a cluster, what it is connected by and where it may run. */
export const ComputeSpec = z
  .object({
    id: Id,
    name: Name,
    model: z.string(),
    cpu: z.number(),
    memoryBytes: z.number().int(),
    cards: z.number().int(),
    cardResource: CardResource.nullable(),
    ib: z.boolean(),
    roce: z.boolean(),
    nodeSelector: NodeSelector,
    tolerations: Tolerations,
    createdAt: Time
  })
  .meta({ id: 'ComputeSpec' });
export type ComputeSpec = z.infer<typeof ComputeSpec>;

const UserBody = z
  .object({
    name: Name,
    password: Password,
    email: Email.nullable().optional(),
    permissions: z.array(Permission).max(5)
  })
  .strict();

const ComputeSpecBody = z
  .object({
    name: Name,
    model: text(0, 50),
    cpu: z.number().min(0.1).max(1024).multipleOf(0.1),
    memoryBytes: z
      .number()
      .int()
      .min(64 * 1024 ** 2)
      .max(64 * 1024 ** 4),
    cards: z.number().int().min(0).max(64),
    cardResource: CardResource.nullable(),
    ib: z.boolean(),
    roce: z.boolean(),
    nodeSelector: NodeSelector,
    tolerations: Tolerations
  })
  .strict();

const UserParams = z.object({ userId: Id });
const SpecParams = z.object({ specId: Id });

export const admin = {
  listUsers: operation({
    id: 'admin.listUsers',
    method: 'GET',
    path: '/users',
    summary: 'All users, or those with one permission.',
    access: access.admin,
    query: PageQuery.omit({ mine: true }).extend({ permission: Permission.optional() }),
    response: page(User)
  }),
  createUser: operation({
    id: 'admin.createUser',
    method: 'POST',
    path: '/users',
    summary: 'Add a user.',
    access: access.admin,
    body: UserBody,
    response: User,
    status: 201
  }),
  getUser: operation({
    id: 'admin.getUser',
    method: 'GET',
    path: '/users/{userId}',
    summary: 'One user.',
    access: access.admin,
    params: UserParams,
    response: User
  }),
  updateUser: operation({
    id: 'admin.updateUser',
    method: 'PATCH',
    path: '/users/{userId}',
    summary: "Edit a user's name, password, e-mail address or permissions.",
    access: access.admin,
    params: UserParams,
    body: UserBody.partial(),
    response: User
  }),
  deleteUser: operation({
    id: 'admin.deleteUser',
    method: 'DELETE',
    path: '/users/{userId}',
    summary: 'Delete a user; what they made stays with its project.',
    access: access.admin,
    params: UserParams
  }),
  listSpecs: operation({
    id: 'admin.listSpecs',
    method: 'GET',
    path: '/compute-specs',
    summary: 'The compute specs that jobs can ask for.',
    access: access.signedIn,
    query: PageQuery.omit({ mine: true }),
    response: page(ComputeSpec)
  }),
  createSpec: operation({
    id: 'admin.createSpec',
    method: 'POST',
    path: '/compute-specs',
    summary: 'Add a compute spec.',
    access: access.admin,
    body: ComputeSpecBody.partial({ nodeSelector: true, tolerations: true }),
    response: ComputeSpec,
    status: 201
  }),
  getSpec: operation({
    id: 'admin.getSpec',
    method: 'GET',
    path: '/compute-specs/{specId}',
    summary: 'One compute spec.',
    access: access.signedIn,
    params: SpecParams,
    response: ComputeSpec
  }),
  updateSpec: operation({
    id: 'admin.updateSpec',
    method: 'PATCH',
    path: '/compute-specs/{specId}',
    summary: 'Edit a compute spec; what runs keeps what it was given.',
    access: access.admin,
    params: SpecParams,
    body: ComputeSpecBody.partial(),
    response: ComputeSpec
  }),
  deleteSpec: operation({
    id: 'admin.deleteSpec',
    method: 'DELETE',
    path: '/compute-specs/{specId}',
    summary: 'Delete a compute spec that no definition or service uses.',
    access: access.admin,
    params: SpecParams
  }),
  resources: operation({
    id: 'admin.resources',
    method: 'GET',
    path: '/resources',
    summary: 'What every project has been given and uses.',
    access: access.admin,
    query: PageQuery.omit({ mine: true }),
    response: page(z.object({ id: Id, name: Name, resources: z.array(ResourceUse) }))
  })
};
