import type { Feature } from '../feature.ts';
import { feature as account } from './account/feature.ts';
import { feature as admin } from './admin/feature.ts';
import { feature as algorithms } from './algorithms/feature.ts';
import { feature as datasets } from './datasets/feature.ts';
import { feature as labeling } from './labeling/feature.ts';
import { feature as models } from './models/feature.ts';
import { feature as serving } from './serving/feature.ts';
import { feature as netron } from './netron/feature.ts';
import { feature as tensorboard } from './tensorboard/feature.ts';
import { feature as training } from './training/feature.ts';
import { feature as uploads } from './uploads/feature.ts';
import { feature as projects } from './projects/feature.ts';
import { feature as system } from './system/feature.ts';

/** Every feature of the companion. */
export const features: readonly Feature[] = [
  system,
  account,
  projects,
  admin,
  datasets,
  labeling,
  uploads,
  algorithms,
  models,
  training,
  tensorboard,
  netron,
  serving
];
