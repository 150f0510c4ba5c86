import { account } from './account.ts';
import { admin } from './admin.ts';
import { algorithms } from './algorithms.ts';
import { datasets } from './datasets.ts';
import { labeling } from './labeling.ts';
import { models } from './models.ts';
import type { Operation } from './operation.ts';
import { projects } from './projects.ts';
import { serving } from './serving.ts';
import { system } from './system.ts';
import { tasks } from './tasks.ts';
import { tensorboard } from './tensorboard.ts';
import { training } from './training.ts';
import { uploads } from './uploads.ts';

export * from './account.ts';
export * from './admin.ts';
export * from './algorithms.ts';
export * from './datasets.ts';
export * from './events.ts';
export * from './images.ts';
export * from './imports.ts';
export * from './issues.ts';
export * from './labeling.ts';
export * from './logs.ts';
export * from './models.ts';
export * from './openapi.ts';
export * from './operation.ts';
export * from './page.ts';
export * from './placement.ts';
export * from './problem.ts';
export * from './problems/index.ts';
export * from './projects.ts';
export * from './rules.ts';
export * from './serving.ts';
export * from './sets.ts';
export * from './system.ts';
export * from './tasks.ts';
export * from './tensorboard.ts';
export * from './training.ts';
export * from './uploads.ts';

/** Every operation, by feature. */
export const operations = {
  account,
  admin,
  algorithms,
  datasets,
  labeling,
  models,
  projects,
  serving,
  system,
  tasks,
  tensorboard,
  training,
  uploads
};

/** Every operation, flat, in the order of the document. */
export const allOperations: readonly Operation[] = Object.values(operations).flatMap(
  feature => Object.values(feature) as unknown as Operation[]
);
