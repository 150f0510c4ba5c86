import { z } from 'zod';
import { access, operation, Permission } from './operation.ts';
import { page, PageQuery } from './page.ts';
import { Id, Name, Quantity, queryInteger, ResourceName, Time, UserRef } from './rules.ts';

/** How much of one resource a project may use at once. */
export const Quota = z
  .object({ resource: ResourceName, limit: Quantity })
  .strict()
  .refine(({ resource, limit }) => !resource.startsWith('requests.') || /^\d+$/.test(limit), {
    error: 'rule.wholeQuantity',
    path: ['limit']
  })
  .meta({ id: 'Quota' });
export type Quota = z.infer<typeof Quota>;

export const Project = z
  .object({
    id: Id,
    name: Name,
    quotas: z.array(Quota),
    memberCount: z.number().int(),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof Project>;

const ProjectBody = z
  .object({
    name: Name,
    quotas: z.array(Quota).max(20),
    memberIds: z.array(Id).max(1000)
  })
  .strict();

/** One resource: amounts in cores, bytes or cards. `limit` is null where the project has no quota for it. */
export const ResourceUse = z
  .object({
    resource: ResourceName,
    used: z.number(),
    limit: z.number().nullable()
  })
  .meta({ id: 'ResourceUse' });
export type ResourceUse = z.infer<typeof ResourceUse>;

/** Something that holds resources now. */
export const Holder = z
  .object({
    kind: z.enum(['training-run', 'service', 'package-version', 'tensorboard']),
    id: Id,
    /** What is opened to see it: the service of one of its versions, the run of a TensorBoard. */
    subjectId: Id,
    name: z.string(),
    /** Of a version of a service. */
    role: z.enum(['production', 'gray']).nullable(),
    state: z.string(),
    by: UserRef.nullable(),
    cpu: z.number(),
    memoryBytes: z.number(),
    cards: z.number().int(),
    cardResource: z.string().nullable(),
    since: Time
  })
  .meta({ id: 'Holder' });
export type Holder = z.infer<typeof Holder>;

export const Overview = z
  .object({
    project: Project,
    resources: z.array(ResourceUse),
    running: z.array(Holder),
    waiting: z.array(Holder),
    counts: z.object({
      datasets: z.number().int(),
      algorithms: z.number().int(),
      models: z.number().int(),
      runsRunning: z.number().int(),
      runsWaiting: z.number().int(),
      services: z.number().int()
    })
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;

const ProjectParams = z.object({ projectId: Id });
const everyone = ['platform', 'data', 'label', 'review', 'admin'] as const satisfies Permission[];

export const projects = {
  list: operation({
    id: 'projects.list',
    method: 'GET',
    path: '/projects',
    summary: 'The projects the caller is a member of; administrators see all.',
    access: access.signedIn,
    query: PageQuery,
    response: page(Project)
  }),
  create: operation({
    id: 'projects.create',
    method: 'POST',
    path: '/projects',
    summary: 'Add a project.',
    access: access.admin,
    body: ProjectBody.partial({ quotas: true, memberIds: true }),
    response: Project,
    status: 201
  }),
  get: operation({
    id: 'projects.get',
    method: 'GET',
    path: '/projects/{projectId}',
    summary: 'One project.',
    access: access.read(...everyone),
    params: ProjectParams,
    response: Project
  }),
  update: operation({
    id: 'projects.update',
    method: 'PATCH',
    path: '/projects/{projectId}',
    summary: "Edit a project's name, quotas or members.",
    access: access.admin,
    params: ProjectParams,
    body: ProjectBody.partial(),
    response: Project
  }),
  delete: operation({
    id: 'projects.delete',
    method: 'DELETE',
    path: '/projects/{projectId}',
    summary: 'Delete a project that holds nothing.',
    access: access.admin,
    params: ProjectParams
  }),
  members: operation({
    id: 'projects.members',
    method: 'GET',
    path: '/projects/{projectId}/members',
    summary: "A project's members.",
    access: access.read(...everyone),
    params: ProjectParams,
    query: PageQuery.omit({ mine: true }),
    response: page(z.object({ id: Id, name: Name, permissions: z.array(Permission) }))
  }),
  overview: operation({
    id: 'projects.overview',
    method: 'GET',
    path: '/projects/{projectId}/overview',
    summary: 'Quota against use now, and what runs and waits.',
    access: access.read(...everyone),
    params: ProjectParams,
    response: Overview
  }),
  usage: operation({
    id: 'projects.usage',
    method: 'GET',
    path: '/projects/{projectId}/usage',
    summary: 'Use over time, averaged into at most 300 points.',
    access: access.read(...everyone),
    params: ProjectParams,
    query: z.object({ minutes: queryInteger(5, 43200).optional() }),
    response: z.object({
      series: z.array(
        z.object({
          resource: ResourceName,
          points: z.array(z.object({ time: Time, used: z.number(), limit: z.number().nullable() }))
        })
      )
    })
  }),
  activity: operation({
    id: 'projects.activity',
    method: 'GET',
    path: '/projects/{projectId}/activity',
    summary: 'What happened lately in the project, newest first.',
    access: access.read(...everyone),
    params: ProjectParams,
    query: PageQuery.pick({ cursor: true, limit: true }),
    response: page(
      z.object({
        seq: z.number().int(),
        time: Time,
        type: z.string(),
        kind: z.string(),
        id: z.string(),
        name: z.string().nullable(),
        by: UserRef.nullable()
      })
    )
  })
};
