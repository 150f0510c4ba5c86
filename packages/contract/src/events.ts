import { z } from 'zod';
import { Id, Time } from './rules.ts';

/**
 * A change that was committed. `kind` is the contract's noun, `id` the object's; the object itself is
 * fetched by whoever shows it. Events of one project go to its members only; `projectId` null is
 * about the installation or about public objects. The installation is no object: its events have ids of their own.
 */
export const ChangeEvent = z
  .object({
    seq: z.number().int(),
    time: Time,
    type: z.enum(['created', 'updated', 'deleted']),
    kind: z.enum([
      'project',
      'user',
      'compute-spec',
      'task',
      'dataset',
      'dataset-version',
      'label',
      'image',
      'algorithm',
      'algorithm-version',
      'model',
      'model-version',
      'training',
      'training-run',
      'tensorboard',
      'package',
      'package-version',
      'service',
      'usage',
      'installation'
    ]),
    id: Id,
    projectId: Id.nullable(),
    /** The set, dataset, definition or service it belongs to. */
    parentId: Id.nullable(),
    byUserId: Id.nullable()
  })
  .meta({ id: 'ChangeEvent' });
export type ChangeEvent = z.infer<typeof ChangeEvent>;
export type EventKind = ChangeEvent['kind'];

/** What a browser sends over `/ws`. Topics: `training.logs:<runId>`, `training.stats:<runId>`, `serving.metrics:<serviceId>`, `serving.logs:<serviceId>` (of production), `serving.gray-logs:<serviceId>`, `serving.build:<packageVersionId>`. */
export const ClientMessage = z.discriminatedUnion('type', [
  /** First message: events after `since`; without it from now on. */
  z.object({ type: z.literal('hello'), since: z.number().int().nonnegative().optional() }),
  z.object({
    type: z.literal('subscribe'),
    topic: z.string().max(100),
    /** Where a log stream goes on, as the last `position` said. */
    from: z.string().max(1000).optional()
  }),
  z.object({ type: z.literal('unsubscribe'), topic: z.string().max(100) })
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** What the server sends over `/ws`; `/events` sends the same objects as server-sent events. */
export const ServerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), seq: z.number().int(), version: z.string() }),
  /** Only over `/ws`, every twenty seconds: who hears nothing for long has lost the connection. */
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('change'), event: ChangeEvent }),
  /** The gap is older than what is kept: forget all that is cached. */
  z.object({ type: z.literal('reset'), seq: z.number().int() }),
  z.object({ type: z.literal('data'), topic: z.string(), data: z.unknown() }),
  z.object({ type: z.literal('end'), topic: z.string(), problem: z.unknown().optional() })
]);
export type ServerMessage = z.infer<typeof ServerMessage>;
