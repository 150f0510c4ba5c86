import { z } from 'zod';
import { Id, Time, UserRef } from './rules.ts';
import { Task } from './tasks.ts';

/** One entry that was not taken, and why. */
export const RefusedEntry = z
  .object({
    /** Its place in the report. */
    id: z.string(),
    path: z.string(),
    code: z.string(),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    reason: z.string()
  })
  .meta({ id: 'RefusedEntry' });
export type RefusedEntry = z.infer<typeof RefusedEntry>;

export const Import = z
  .object({
    id: Id,
    versionId: Id,
    task: Task,
    dryRun: z.boolean(),
    fileNames: z.array(z.string()),
    /** What the content was recognised as. */
    format: z.enum(['class-folders', 'images']).nullable(),
    counts: z.object({
      files: z.number().int(),
      taken: z.number().int(),
      labeled: z.number().int(),
      duplicates: z.number().int(),
      refused: z.number().int(),
      skipped: z.number().int()
    }),
    labels: z.array(z.object({ name: z.string(), count: z.number().int(), exists: z.boolean() })),
    createdAt: Time,
    createdBy: UserRef.nullable()
  })
  .meta({ id: 'Import' });
export type Import = z.infer<typeof Import>;
