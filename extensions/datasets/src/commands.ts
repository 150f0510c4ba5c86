import { downloadIcon, fileUploadIcon } from '@jupyterlab/ui-components';
import { datasetIcon, type IResourceRegistry, type ITopsTranslation } from '@topsdl/lab';

export const commands = {
  create: 'topsdl:datasets:create',
  open: 'topsdl:datasets:open',
  import: 'topsdl:datasets:import',
  output: 'topsdl:datasets:output'
};

/** Schema of a command's arguments that names one object by id. */
const one = (name: string, description: string) => ({
  args: {
    type: 'object',
    required: [name],
    properties: { [name]: { type: 'string', description } }
  }
});

/** What other features and the palette can ask of datasets. */
export function installCommands(resources: IResourceRegistry, { trans }: ITopsTranslation): void {
  const version = one('versionId', trans.__('Id of a dataset version'));
  resources.addCommand(commands.create, {
    label: args => (args['isLauncher'] ? trans.__('Dataset') : trans.__('New Dataset…')),
    caption: trans.__('Create a dataset'),
    icon: datasetIcon,
    anyOf: ['data', 'admin'],
    menuRank: 110,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => resources.open('dataset-form', 'new')
  });
  resources.addCommand(commands.open, {
    label: trans.__('Open Dataset Version'),
    palette: false,
    describedBy: version,
    execute: args => resources.open('dataset-version', String(args['versionId']))
  });
  resources.addCommand(commands.import, {
    label: trans.__('Import…'),
    caption: trans.__('Import archives or images into a dataset version'),
    icon: fileUploadIcon,
    anyOf: ['data', 'admin'],
    palette: false,
    describedBy: version,
    execute: args => resources.open('dataset-import', String(args['versionId']))
  });
  resources.addCommand(commands.output, {
    label: trans.__('Export and Training Data…'),
    caption: trans.__('Export a dataset version, or generate training data'),
    icon: downloadIcon,
    anyOf: ['data', 'platform', 'admin'],
    palette: false,
    describedBy: version,
    execute: args => resources.open('dataset-output', String(args['versionId']))
  });
}
