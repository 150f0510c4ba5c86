export * from './problem.ts';
export type * from './archive/types.ts';
export { DEFAULT_LIMITS } from './archive/types.ts';
export type * from './image/types.ts';
export { DEFAULT_IMAGE_LIMITS } from './image/types.ts';
export type * from './import/types.ts';
export type * from './classification/types.ts';
export type * from './tfrecord/types.ts';
export type * from './split/types.ts';
