export * from './grid.ts';
export * from './history.ts';
export * from './saver.ts';
export * from './selection.ts';
export * from './session.ts';
export { type Classification } from './shapes/classification/index.ts';
export { type AnyShape, type ShapeKind } from './shapes/kind.ts';
export { kindOf, sameShapes, type Shape } from './shapes/registry.ts';
