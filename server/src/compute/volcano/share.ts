import { isAbsolute, relative } from 'node:path';

import { EngineError } from '../engine.ts';
import type { VolcanoEngineConfig } from './config.ts';

/**
 * Where a path of the companion's is on the shared volume.
 *
 * @throws EngineError `start_failed` for what pods could not see
 */
export function subPathOf(config: Pick<VolcanoEngineConfig, 'volumeRoot'>, path: string): string {
  const below = relative(config.volumeRoot, path);
  if (below === '' || below === '..' || below.startsWith('../') || isAbsolute(below)) {
    throw new EngineError(
      'start_failed',
      `${path} is not on the volume that companion and cluster share (${config.volumeRoot}).`,
      { message: path }
    );
  }
  return below;
}
