import { operations } from '@topsdl/contract';
import { drivePath, modelIcon } from '@topsdl/lab';
import { commandAction, fileSetParts, useTops, type SetKind } from '@topsdl/ui';
import { useMemo } from 'react';

/** Model sets, as the kit's parts for file sets need them. */
function useModelKind(): SetKind {
  const { commands, trans } = useTops();
  return useMemo(
    () => ({
      operations: operations.models,
      icon: modelIcon,
      events: { set: 'model', version: 'model-version' },
      panels: { form: 'model-form', set: 'model', version: 'model-version' },
      firstVersion: false,
      words: {
        create: trans.__('New Model Set'),
        save: trans.__('Save as New Model Version'),
        purpose: trans.__(
          'A model set is what training leaves, by version. Jobs see it at /workspace/model/<name>.'
        )
      },
      python: 'model',
      browse: (set, version) =>
        commands.execute('topsdl:models:browse', { path: drivePath(set, version) }),
      fileActions: (entry, url) =>
        commandAction(
          commands,
          'topsdl:netron:open',
          { url, name: entry.name },
          {
            id: 'netron',
            label: trans.__('Visualise'),
            inline: true
          }
        )
    }),
    [commands, trans]
  );
}

export default fileSetParts(useModelKind);
