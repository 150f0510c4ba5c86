/**
 * What the engine has to know about one kind of shape. A folder a kind below `shapes/` holds it;
 * `registry.ts` is the only place that lists them.
 *
 * @typeParam S the shape's data, as it is saved
 */
export interface ShapeKind<S extends AnyShape = AnyShape> {
  readonly kind: S['kind'];
  /** Whether two shapes say the same. */
  equal(a: S, b: S): boolean;
  /** The label a shape carries. */
  labelOf(shape: S): string;
  /** The same shape with another label. */
  relabel(shape: S, labelId: string): S;
}

/** The least that all shapes have in common. */
export interface AnyShape {
  readonly kind: string;
}
