import { z } from 'zod';
import { access, operation } from './operation.ts';
import { Time } from './rules.ts';

export const Installation = z
  .object({
    version: z.string(),
    instance: z.string(),
    engine: z.enum(['local', 'volcano']),
    /** What the engine can do here, and what is missing, with the line that installs it. */
    capabilities: z.object({
      /** `process`: runs are not kept apart; `none`: nothing can be run. */
      isolation: z.enum(['sandbox', 'process', 'none', 'cluster']),
      multiNode: z.boolean(),
      limits: z.array(z.enum(['cpu', 'memory', 'processes']))
    }),
    missing: z.array(z.object({ program: z.string(), needed: z.string(), install: z.string() })),
    /** Set while the compute engine hears nothing of runs and services: what is shown of them is how they were then. */
    silence: z.object({ since: Time, detail: z.string() }).nullable(),
    features: z.array(z.string())
  })
  .meta({ id: 'Installation' });
export type Installation = z.infer<typeof Installation>;

export const system = {
  installation: operation({
    id: 'system.installation',
    method: 'GET',
    path: '/installation',
    summary: 'What this installation is and can do.',
    access: access.signedIn,
    response: Installation
  }),
  health: operation({
    id: 'system.health',
    method: 'GET',
    path: '/health',
    summary: 'The process is alive.',
    access: access.public,
    response: z.object({ status: z.literal('ok'), version: z.string() })
  })
};
