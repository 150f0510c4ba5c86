import { operations } from '@topsdl/contract';
import { algorithmIcon, drivePath } from '@topsdl/lab';
import { useTops, type SetKind } from '@topsdl/ui';
import { useMemo } from 'react';

/** Algorithm sets, as the kit's parts for file sets need them. */
export function useAlgorithmKind(): SetKind {
  const { commands, trans } = useTops();
  return useMemo(
    () => ({
      operations: operations.algorithms,
      icon: algorithmIcon,
      events: { set: 'algorithm', version: 'algorithm-version' },
      panels: { form: 'algorithm-form', set: 'algorithm', version: 'algorithm-version' },
      firstVersion: true,
      words: {
        create: trans.__('New algorithm set'),
        purpose: trans.__(
          'An algorithm set is code by version. Jobs see it at /workspace/algorithm/<name>.'
        )
      },
      python: (name, number) =>
        `topsdl.algorithm(${JSON.stringify(name)}${number === undefined ? '' : `, version=${number}`})`,
      browse: (set, version) =>
        commands.execute('topsdl:algorithms:browse', { path: drivePath(set, version) })
    }),
    [commands, trans]
  );
}
