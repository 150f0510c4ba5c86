import {
  describeArguments,
  trainingIcon,
  type IResourceRegistry,
  type ITopsTranslation
} from '@topsdl/lab';

/** What other features, the palette and the launcher can ask of training. */
export function installCommands(resources: IResourceRegistry, { trans }: ITopsTranslation): void {
  resources.addCommand('topsdl:training:create', {
    label: args => (args['isLauncher'] ? trans.__('Training') : trans.__('New Training…')),
    caption: trans.__('Create a training definition and run it'),
    icon: trainingIcon,
    anyOf: ['platform', 'admin'],
    menuRank: 130,
    describedBy: describeArguments(),
    execute: () => resources.open('training-form', 'new')
  });
  resources.addCommand('topsdl:training:open-run', {
    label: trans.__('Open Run'),
    palette: false,
    describedBy: describeArguments({ runId: trans.__('Id of a training run') }),
    execute: args => resources.open('training-run', String(args['runId']))
  });
}
