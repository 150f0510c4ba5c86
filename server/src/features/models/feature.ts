import type { Feature } from '../../feature.ts';
import { registerSets } from '../../sets/feature.ts';

/** Model sets: models by version, mounted at `/workspace/model/<set>`. */
export const feature: Feature = {
  name: 'models',
  register(app) {
    registerSets(app, 'models');
  }
};
