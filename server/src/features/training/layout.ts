import { WORKSPACE } from '../../compute/workspace.ts';

export { mountsOf, WORKSPACE, type Chosen } from '../../compute/workspace.ts';

/** Where a run keeps what outlives it. */
export const PERSISTENT_MODEL = `${WORKSPACE}/persistent-model`;
