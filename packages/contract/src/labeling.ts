import { z } from 'zod';
import { access, operation } from './operation.ts';
import { Annotation, ImageState, Label, Shape } from './images.ts';
import { Color, Id, Name, Time, UserRef } from './rules.ts';

/** A save of one image: all its shapes as they are to be, and the revision they were made on. */
export const AnnotationSave = z
  .object({
    imageId: Id,
    revision: z.number().int().min(0).max(2147483647),
    shapes: z.array(Shape).max(10_000)
  })
  .strict()
  .meta({ id: 'AnnotationSave' });
export type AnnotationSave = z.infer<typeof AnnotationSave>;

const LabelBody = z
  .object({
    name: Name,
    color: Color,
    shortcut: z
      .string()
      .regex(/^[0-9]$/, { error: 'rule.shortcut' })
      .nullable()
  })
  .strict();

const readers = ['data', 'platform', 'label', 'review', 'admin'] as const;
const LabelParams = z.object({ labelId: Id });

export const labeling = {
  listLabels: operation({
    id: 'labeling.listLabels',
    method: 'GET',
    path: '/dataset-versions/{versionId}/labels',
    summary: "The dataset's labels, with how many images of this version carry each.",
    access: access.read(...readers),
    params: z.object({ versionId: Id }),
    response: z.object({ items: z.array(Label) })
  }),
  listLabelers: operation({
    id: 'labeling.listLabelers',
    method: 'GET',
    path: '/dataset-versions/{versionId}/labelers',
    summary:
      'Whoever labeled images of this version, by name: what `byUserId` of its images can be.',
    access: access.read(...readers),
    params: z.object({ versionId: Id }),
    response: z.object({ items: z.array(UserRef) })
  }),
  createLabel: operation({
    id: 'labeling.createLabel',
    method: 'POST',
    path: '/datasets/{datasetId}/labels',
    summary: 'Make a label; colour and number key are chosen where none is given.',
    access: access.write('data', 'label', 'admin'),
    params: z.object({ datasetId: Id }),
    body: LabelBody.partial({ color: true, shortcut: true }),
    response: Label,
    status: 201
  }),
  updateLabel: operation({
    id: 'labeling.updateLabel',
    method: 'PATCH',
    path: '/labels/{labelId}',
    summary: 'Rename a label, or change its colour or key.',
    access: access.write('data', 'admin'),
    params: LabelParams,
    body: LabelBody.partial(),
    response: Label
  }),
  deleteLabel: operation({
    id: 'labeling.deleteLabel',
    method: 'DELETE',
    path: '/labels/{labelId}',
    summary: 'Delete a label that no image carries.',
    access: access.write('data', 'admin'),
    params: LabelParams
  }),
  save: operation({
    id: 'labeling.save',
    method: 'POST',
    path: '/dataset-versions/{versionId}/annotations',
    summary:
      'Save the annotations of up to 10,000 images, all or none. 409 names the images that someone else changed.',
    access: access.write('data', 'label', 'admin'),
    params: z.object({ versionId: Id }),
    body: z.object({ images: z.array(AnnotationSave).min(1).max(10_000) }).strict(),
    idempotencyKey: true,
    response: z.object({
      images: z.array(
        z.object({
          imageId: Id,
          revision: z.number().int(),
          state: ImageState,
          annotations: z.array(Annotation)
        })
      )
    })
  }),
  history: operation({
    id: 'labeling.history',
    method: 'GET',
    path: '/images/{imageId}/history',
    summary: 'Every save of an image, newest first.',
    access: access.read(...readers),
    params: z.object({ imageId: Id }),
    response: z.object({
      items: z.array(
        z.object({
          revision: z.number().int(),
          at: Time,
          by: UserRef.nullable(),
          source: z.enum(['manual', 'auto', 'import']),
          shapes: z.array(Shape)
        })
      )
    })
  })
};
