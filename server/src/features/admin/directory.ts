import { ServiceToken } from '../../services.ts';
import type { ComputeSpecRow } from './table.ts';

/** What other features ask of compute specs. Register with `app.uses` as `compute-spec` what uses one. */
export interface ComputeSpecDirectory {
  find(specId: string): ComputeSpecRow | undefined;
}

export const computeSpecDirectory = new ServiceToken<ComputeSpecDirectory>('compute specs');
