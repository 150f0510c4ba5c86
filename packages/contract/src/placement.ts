import { z } from 'zod';
import { LabelName, LabelValue } from './rules.ts';

const MOST_LABELS = 20;
const MOST_TOLERATIONS = 20;

/** Labels that a machine of a cluster has to have for a node to run on it. */
export const NodeSelector = z
  .record(LabelName, LabelValue)
  .check(({ value, issues }) => {
    if (Object.keys(value).length > MOST_LABELS) {
      issues.push({ code: 'too_big', origin: 'map', maximum: MOST_LABELS, input: value });
    }
  })
  .meta({ id: 'NodeSelector', maxProperties: MOST_LABELS });
export type NodeSelector = z.infer<typeof NodeSelector>;

/** A taint of machines of a cluster that a node may run in spite of. Without an effect it is of any. */
export const Toleration = z
  .object({
    key: LabelName.optional(),
    operator: z.enum(['Equal', 'Exists']).optional(),
    value: LabelValue.optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional()
  })
  .strict()
  .refine(({ key, operator }) => key !== undefined || operator === 'Exists', {
    error: 'rule.tolerationKey',
    path: ['key']
  })
  .refine(({ operator, value = '' }) => operator !== 'Exists' || value === '', {
    error: 'rule.tolerationValue',
    path: ['value']
  })
  .meta({ id: 'Toleration' });
export type Toleration = z.infer<typeof Toleration>;

export const Tolerations = z.array(Toleration).max(MOST_TOLERATIONS);
