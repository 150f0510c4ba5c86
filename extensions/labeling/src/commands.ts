import type { JupyterFrontEnd } from '@jupyterlab/application';
import { redoIcon, undoIcon } from '@jupyterlab/ui-components';
import type { ITopsTranslation } from '@topsdl/lab';
import type { ActiveLabeling } from './active.ts';

const nothing = { args: { type: 'object', properties: {} } } as const;

/** The labeling keys as commands, so that people can change them in JupyterLab's own settings. */
export function installCommands(
  app: JupyterFrontEnd,
  active: ActiveLabeling,
  { trans }: ITopsTranslation
): void {
  app.commands.addCommand('topsdl:labeling:assign', {
    label: args => trans.__('Label the selected images with key %1', String(args['key'] ?? '')),
    isEnabled: () => active.current !== undefined,
    describedBy: {
      args: {
        type: 'object',
        required: ['key'],
        properties: {
          key: {
            type: 'string',
            pattern: '^[0-9]$',
            description: trans.__("The label's number key")
          }
        }
      }
    },
    execute: args => active.current?.assignByKey(String(args['key']))
  });
  app.commands.addCommand('topsdl:labeling:unlabel', {
    label: trans.__('Remove the label of the selected images'),
    isEnabled: () => active.current !== undefined,
    describedBy: nothing,
    execute: () => active.current?.unlabel()
  });
  app.commands.addCommand('topsdl:labeling:undo', {
    label: trans.__('Undo labeling'),
    icon: undoIcon,
    isEnabled: () => active.current?.canUndo ?? false,
    describedBy: nothing,
    execute: () => active.current?.undo()
  });
  app.commands.addCommand('topsdl:labeling:redo', {
    label: trans.__('Redo labeling'),
    icon: redoIcon,
    isEnabled: () => active.current?.canRedo ?? false,
    describedBy: nothing,
    execute: () => active.current?.redo()
  });
}
