import { z } from 'zod';
import { access, operation } from './operation.ts';
import { Id, Time } from './rules.ts';
import { Reason } from './training.ts';

/** A TensorBoard over a run's persistent-model; open at `/tensorboards/<id>/` when it is running. */
export const TensorBoard = z
  .object({
    id: Id,
    runId: Id,
    projectId: Id,
    state: z.enum(['starting', 'running', 'stopped', 'failed']),
    reason: Reason.nullable(),
    path: z.string(),
    createdAt: Time
  })
  .meta({ id: 'TensorBoard' });
export type TensorBoard = z.infer<typeof TensorBoard>;

const read = access.read('platform', 'admin');
const write = access.write('platform', 'admin');

export const tensorboard = {
  create: operation({
    id: 'tensorboard.create',
    method: 'POST',
    path: '/training-runs/{runId}/tensorboard',
    summary: 'Start a TensorBoard for a run, or return the one that is there.',
    access: write,
    params: z.object({ runId: Id }),
    response: TensorBoard,
    status: 201
  }),
  find: operation({
    id: 'tensorboard.find',
    method: 'GET',
    path: '/training-runs/{runId}/tensorboard',
    summary: "A run's TensorBoard; 404 where none was started.",
    access: read,
    params: z.object({ runId: Id }),
    response: TensorBoard
  }),
  get: operation({
    id: 'tensorboard.get',
    method: 'GET',
    path: '/tensorboards/{tensorboardId}',
    summary: 'One TensorBoard.',
    access: read,
    params: z.object({ tensorboardId: Id }),
    response: TensorBoard
  }),
  stop: operation({
    id: 'tensorboard.stop',
    method: 'DELETE',
    path: '/tensorboards/{tensorboardId}',
    summary: 'Stop a TensorBoard.',
    access: write,
    params: z.object({ tensorboardId: Id })
  })
};
