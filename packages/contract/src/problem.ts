import { z } from 'zod';

/** A fault of one field. `field` is a path such as `body.quotas.0.limit`. */
export const FieldProblem = z
  .object({
    field: z.string(),
    code: z.string(),
    params: z.record(z.string(), z.unknown()),
    detail: z.string()
  })
  .meta({ id: 'FieldProblem' });
export type FieldProblem = z.infer<typeof FieldProblem>;

/** RFC 9457 problem details, with a stable code, its parameters and the field at fault. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    params: z.record(z.string(), z.unknown()),
    field: z.string().optional(),
    fields: z.array(FieldProblem).optional()
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
