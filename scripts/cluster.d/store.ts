import { constants } from 'node:os';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RUN } from './layout.ts';
import type { Mount } from './machine.ts';
import { Machine } from './machine.ts';
import { addNamespace, removeNamespace } from './network.ts';
import { CONTAINERD, CONTAINERD_ANSWERS, CTR, bind, runtimeMachine, writeEtc } from './runtime.ts';

const IMAGE_DIRECTORY = '/images';

/**
 * Fills the directory with what containerd keeps of these images, unpacked. It is made once, on a machine of its own, because unpacking
 * takes longer than everything else that a node does before it is ready.
 */
export async function makeStore(
  directory: string,
  images: readonly string[],
  programs: string,
  tree: string
): Promise<void> {
  const machine = new Machine('images');
  const etc = join(RUN, 'nodes', machine.name);
  const clear = async (): Promise<void> => {
    await machine.stop();
    await removeNamespace(machine.name);
    rmSync(etc, { recursive: true, force: true });
  };
  // One that was cut off may have left its own.
  await clear();
  try {
    await addNamespace(machine.name);
    writeEtc(etc, machine.name, '127.0.0.1');
    const more = [bind(dirname(images[0] ?? ''), IMAGE_DIRECTORY, true)];
    await machine.start(programs, runtimeMachine(machine, tree, directory, etc, more));
    await machine.ensure(CONTAINERD);
    await machine.run(CONTAINERD_ANSWERS);
    for (const image of images.map(path => basename(path))) {
      const command = [...CTR, 'images', 'import', join(IMAGE_DIRECTORY, image)];
      await machine.run({ name: `import-${image}`, command });
    }
    await machine.signal(CONTAINERD.name, constants.signals.SIGTERM, true);
  } finally {
    await clear();
  }
}

const CONTENT = 'io.containerd.content.v1.content/blobs';
const SNAPSHOTS = 'io.containerd.snapshotter.v1.overlayfs/snapshots';

/**
 * Gives a node a store of its own: databases that it may change, and mounts that show what never changes, which is nearly all.
 *
 * @param own an empty directory, the node's `/var/lib/containerd`
 */
export function shareStore(store: string, own: string): void {
  for (const plugin of readdirSync(store)) {
    for (const name of readdirSync(join(store, plugin)).filter(file => file.endsWith('.db'))) {
      mkdirSync(join(own, plugin), { recursive: true });
      copyFileSync(join(store, plugin, name), join(own, plugin, name));
    }
  }
}

/** The mounts that a node with such a store needs. */
export function storeMounts(store: string): Mount[] {
  const layers = readdirSync(join(store, SNAPSHOTS)).map(name => join(SNAPSHOTS, name));
  return [CONTENT, ...layers].map(path =>
    bind(join(store, path), join('/var/lib/containerd', path), true)
  );
}
