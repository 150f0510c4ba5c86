import type { EventKind, Permission } from '@topsdl/contract';
import type { Access } from '../access/access.ts';
import { holdsAny } from '../access/access.ts';
import type { Caller } from '../access/caller.ts';
import type { EventRow } from './table.ts';

const everyone: readonly Permission[] = ['platform', 'data', 'label', 'review', 'admin'];
const engineers: readonly Permission[] = ['platform', 'admin'];
const members: readonly Permission[] = ['platform', 'data', 'admin'];

/** Who may read the objects of a kind, as the operations that get them say. */
const readers: Readonly<Record<EventKind, readonly Permission[]>> = {
  project: everyone,
  user: ['admin'],
  'compute-spec': everyone,
  task: members,
  dataset: everyone,
  'dataset-version': everyone,
  label: everyone,
  image: everyone,
  algorithm: members,
  'algorithm-version': members,
  model: members,
  'model-version': members,
  training: engineers,
  'training-run': engineers,
  tensorboard: engineers,
  package: engineers,
  'package-version': engineers,
  service: engineers,
  usage: everyone,
  installation: everyone
};

/** Whether a caller, as they are now, is told of an event. */
export function maySee(access: Access, caller: Caller, event: EventRow): boolean {
  if (event.kind === 'user' && event.objectId === caller.userId) {
    return true;
  }
  if (event.projectId === null && event.kind !== 'user') {
    return true;
  }
  return holdsAny(caller, readers[event.kind]) && access.mayKnow(caller, event.projectId);
}
