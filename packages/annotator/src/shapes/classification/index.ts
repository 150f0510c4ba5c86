import type { ShapeKind } from '../kind.ts';

/** The whole image is of one class. It has no geometry. */
export interface Classification {
  readonly kind: 'classification';
  readonly labelId: string;
}

export const classification: ShapeKind<Classification> = {
  kind: 'classification',
  equal: (a, b) => a.labelId === b.labelId,
  labelOf: shape => shape.labelId,
  relabel: (shape, labelId) => ({ ...shape, labelId })
};
