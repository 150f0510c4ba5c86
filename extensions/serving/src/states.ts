import type { PackageVersion, ServiceVersion } from '@topsdl/contract';
import type { Host, Tone } from '@topsdl/ui';

type Words = { readonly tone: Tone; readonly text: string };

/** How a package version's state reads. */
export function buildState(state: PackageVersion['state'], { trans }: Pick<Host, 'trans'>): Words {
  const words: Record<PackageVersion['state'], Words> = {
    pending: { tone: 'wait', text: trans.__('Pending') },
    building: { tone: 'busy', text: trans.__('Building') },
    completed: { tone: 'good', text: trans.__('Completed') },
    failed: { tone: 'bad', text: trans.__('Failed') },
    stopped: { tone: 'idle', text: trans.__('Stopped') }
  };
  return words[state];
}

/** How a service version's state reads. */
export function serviceState(
  state: ServiceVersion['state'],
  { trans }: Pick<Host, 'trans'>
): Words {
  const words: Record<ServiceVersion['state'], Words> = {
    pending: { tone: 'wait', text: trans.__('Pending') },
    starting: { tone: 'busy', text: trans.__('Starting') },
    serving: { tone: 'good', text: trans.__('Serving') },
    degraded: { tone: 'wait', text: trans.__('Degraded') },
    failed: { tone: 'bad', text: trans.__('Failed') }
  };
  return words[state];
}
