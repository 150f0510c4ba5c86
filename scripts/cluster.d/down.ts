import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeControlGroups } from './controlGroups.ts';
import { DATA, RUN, STATE } from './layout.ts';
import { Machine } from './machine.ts';
import { removeNetwork } from './network.ts';
import { say } from './say.ts';

/**
 * Ends what `up` started and removes what it made, however far it came and whatever became of it since. A volume that was given by
 * its path stays.
 */
export async function down(): Promise<void> {
  // First, so that an end that is cut off is not taken for a cluster.
  rmSync(STATE, { force: true });
  const machines = join(RUN, 'machines');
  const names = existsSync(machines) ? readdirSync(machines) : [];
  if (names.length > 0) {
    say(`ending ${names.join(', ')}`);
  }
  await Promise.all(names.map(name => new Machine(name).stop()));
  await removeNetwork();
  removeControlGroups();
  rmSync(RUN, { recursive: true, force: true });
  rmSync(DATA, { recursive: true, force: true });
}
