import { z } from 'zod';
import { Color, Id, Name, Time, UserRef } from './rules.ts';

/** Where an image of a version stands. */
export const ImageState = z.enum(['unlabeled', 'labeled', 'cleaned']).meta({ id: 'ImageState' });
export type ImageState = z.infer<typeof ImageState>;

export const Label = z
  .object({
    id: Id,
    datasetId: Id,
    name: Name,
    color: Color,
    /** The key that sets it: a digit, or null. */
    shortcut: z.string().nullable(),
    position: z.number().int(),
    /** How many images of the version asked for carry it. */
    imageCount: z.number().int()
  })
  .meta({ id: 'Label' });
export type Label = z.infer<typeof Label>;

/**
 * What is said about an image. Kinds beyond `classification` join this union with their geometry, in
 * float pixels of the upright frame.
 */
export const Shape = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('classification'),
        labelId: Id
      })
      .strict()
  ])
  .meta({ id: 'Shape' });
export type Shape = z.infer<typeof Shape>;

export const Annotation = z
  .object({
    shape: Shape,
    source: z.enum(['manual', 'auto', 'import']),
    score: z.number().min(0).max(1).nullable(),
    by: UserRef.nullable(),
    at: Time
  })
  .meta({ id: 'Annotation' });
export type Annotation = z.infer<typeof Annotation>;

export const Image = z
  .object({
    id: Id,
    versionId: Id,
    name: z.string(),
    format: z.enum(['jpeg', 'png']),
    /** Pixels, upright. */
    width: z.number().int(),
    height: z.number().int(),
    bytes: z.number().int(),
    sha256: z.string(),
    state: ImageState,
    /** A save carries it back; an old one is refused with 409. */
    revision: z.number().int(),
    annotations: z.array(Annotation)
  })
  .meta({ id: 'Image' });
export type Image = z.infer<typeof Image>;
