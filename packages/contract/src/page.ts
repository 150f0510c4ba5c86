import { z } from 'zod';
import { queryBoolean, queryInteger, text } from './rules.ts';

/** Opaque, but for how it begins: base64url of a JSON array with a text in front. */
export const Cursor = text(1, 512).meta({ pattern: '^WyJ[A-Za-z0-9_-]+$' });

/** The query that every list takes. `cursor` is opaque: send back what `next` was. */
export const PageQuery = z.object({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 200).optional(),
  /** Fuzzy: any part of the name, without regard to case. */
  search: text(0, 50).optional(),
  /** Only what the caller created. */
  mine: queryBoolean().optional()
});

/** Lists of things with names: the newest first, unless they are wanted by name. */
export const NamedPageQuery = PageQuery.extend({
  sort: z.enum(['newest', 'name']).optional()
});

/** Lists of things that may be the project's or public. */
export const SharedPageQuery = NamedPageQuery.extend({
  visibility: z.enum(['project', 'public', 'all']).optional()
});

/** One page: `next` is absent on the last, `total` counts all that the filter lets through. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().optional(),
    total: z.number().int().nonnegative()
  });
}

export interface Page<T> {
  items: T[];
  next?: string | undefined;
  total: number;
}
