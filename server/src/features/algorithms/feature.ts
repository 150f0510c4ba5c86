import type { Feature } from '../../feature.ts';
import { registerSets } from '../../sets/feature.ts';

/** Algorithm sets: code by version, mounted at `/workspace/algorithm/<set>`. */
export const feature: Feature = {
  name: 'algorithms',
  register(app) {
    registerSets(app, 'algorithms');
  }
};
