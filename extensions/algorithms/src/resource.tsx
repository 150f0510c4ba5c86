import { operations } from '@topsdl/contract';
import { algorithmIcon, drivePath } from '@topsdl/lab';
import { commandAction, fileSetParts, useTops, type SetKind } from '@topsdl/ui';
import { useMemo } from 'react';

/** Algorithm sets, as the kit's parts for file sets need them. */
function useAlgorithmKind(): SetKind {
  const { commands, trans } = useTops();
  return useMemo(
    () => ({
      operations: operations.algorithms,
      icon: algorithmIcon,
      events: { set: 'algorithm', version: 'algorithm-version' },
      panels: { form: 'algorithm-form', set: 'algorithm', version: 'algorithm-version' },
      firstVersion: true,
      words: {
        create: trans.__('New Algorithm Set'),
        save: trans.__('Save as New Algorithm Version'),
        purpose: trans.__(
          'An algorithm set is code by version. Jobs see it at /workspace/algorithm/<name>.'
        )
      },
      python: 'algorithm',
      browse: (set, version) =>
        commands.execute('topsdl:algorithms:browse', { path: drivePath(set, version) }),
      fileActions: (entry, url) =>
        commandAction(commands, 'topsdl:netron:open', { url, name: entry.name }, { id: 'netron' })
    }),
    [commands, trans]
  );
}

export default fileSetParts(useAlgorithmKind);
