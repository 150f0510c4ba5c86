import { classification, type Classification } from './classification/index.ts';
import type { ShapeKind } from './kind.ts';

/** Any shape of the kinds that are there. */
export type Shape = Classification;

const kinds: { readonly [K in Shape['kind']]: ShapeKind<Extract<Shape, { kind: K }>> } = {
  classification
};

/** The kind of a shape. */
export function kindOf(shape: Shape): ShapeKind<Shape> {
  return kinds[shape.kind];
}

/** Whether two lists hold the same shapes in the same order. */
export function sameShapes(a: readonly Shape[], b: readonly Shape[]): boolean {
  return (
    a.length === b.length &&
    a.every((shape, index) => {
      const other = b[index];
      return other !== undefined && other.kind === shape.kind && kindOf(shape).equal(shape, other);
    })
  );
}
