import { z } from 'zod';
import { queryInteger, text, Time } from './rules.ts';

/** One line that a node wrote. `text` is what the program wrote, invalid UTF-8 replaced, without the newline. */
export const LogLine = z
  .object({
    node: z.string(),
    stream: z.enum(['stdout', 'stderr', 'system']),
    time: Time,
    text: z.string()
  })
  .meta({ id: 'LogLine' });
export type LogLine = z.infer<typeof LogLine>;

/** A stretch of a log; `position` continues it, forward with `from`. */
export const LogPage = z
  .object({
    lines: z.array(LogLine),
    position: z.string(),
    /** Nothing more will come. */
    ended: z.boolean(),
    /** Bytes that were dropped because the log reached its limit. */
    droppedBytes: z.number().int()
  })
  .meta({ id: 'LogPage' });
export type LogPage = z.infer<typeof LogPage>;

/** Where a reader of logs is: an attempt, and how far it has come in the log of each node. */
export const LOG_POSITION = /^[0-9]{1,9}(?::[0-9a-z]{1,11}(?:\.[0-9a-z]{1,11})*)?$/;
const From = text(0, 1000).meta({ pattern: LOG_POSITION.source });

export const LogQuery = z.object({
  node: text(0, 100).optional(),
  from: From.optional(),
  limit: queryInteger(1, 10000).optional(),
  /** Without `from`: begin with this many of the last lines of each node. */
  tail: queryInteger(1, 10000).optional()
});

/** Use of one node at one moment. */
export const NodeStats = z
  .object({
    node: z.string(),
    time: Time,
    /** Cores in use, averaged since the sample before. */
    cpu: z.number(),
    memoryBytes: z.number(),
    cards: z.number().int(),
    /** Bytes a second since the sample before. */
    receivedBytes: z.number(),
    sentBytes: z.number()
  })
  .meta({ id: 'NodeStats' });
export type NodeStats = z.infer<typeof NodeStats>;
