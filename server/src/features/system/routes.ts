import { operations, type Installation } from '@topsdl/contract';
import type { App } from '../../app.ts';

/** Without these a run has one node. */
const SSH: ReadonlySet<string> = new Set(['ssh', 'sshd']);

export function registerRoutes(app: App): void {
  const { system } = operations;

  app.api.implementPublic(system.health, () => ({
    status: 'ok' as const,
    version: app.version
  }));

  app.api.implement(system.installation, async (): Promise<Installation> => {
    const { capabilities, missing } = await app.compute.check();
    const { silence } = app.compute;
    const limits: Installation['capabilities']['limits'] = [];
    if (capabilities.cpuLimit !== 'none') {
      limits.push('cpu');
    }
    if (capabilities.memoryLimit !== 'none') {
      limits.push('memory');
    }
    if (capabilities.processLimit !== 'none') {
      limits.push('processes');
    }
    return {
      version: app.version,
      instance: app.instance,
      engine: app.config.compute.engine,
      capabilities: {
        isolation: capabilities.isolation === 'plain' ? 'process' : capabilities.isolation,
        multiNode: capabilities.maxNodes > 1 && !missing.some(({ program }) => SSH.has(program)),
        limits
      },
      missing,
      silence: silence
        ? { since: new Date(silence.since).toISOString(), detail: silence.detail }
        : null,
      features: [...app.features]
    };
  });
}
