import { setOperations } from './sets.ts';

/** Algorithm sets: code by version, mounted at `/workspace/algorithm/<set>`. */
export const algorithms = setOperations('algorithms', 'algorithm');
