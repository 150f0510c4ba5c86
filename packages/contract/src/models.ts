import { setOperations } from './sets.ts';

/** Model sets: models by version, mounted at `/workspace/model/<set>`. */
export const models = setOperations('models', 'model');
