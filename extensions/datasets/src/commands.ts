import { downloadIcon, fileUploadIcon } from '@jupyterlab/ui-components';
import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import {
  chosenFiles,
  datasetIcon,
  describeArguments,
  describePaths,
  type IResourceRegistry,
  type ITopsTranslation
} from '@topsdl/lab';

export const commands = {
  create: 'topsdl:datasets:create',
  open: 'topsdl:datasets:open',
  import: 'topsdl:datasets:import',
  output: 'topsdl:datasets:output',
  add: 'topsdl:datasets:add-files'
};

/** Names of files that an import takes: archives and images. */
const TAKEN = /\.(zip|tar|tar\.gz|tgz|jpe?g|png)$/i;

/** What other features and the palette can ask of datasets. */
export function installCommands(
  resources: IResourceRegistry,
  translation: ITopsTranslation,
  factory: IFileBrowserFactory
): void {
  const { trans } = translation;
  const version = describeArguments({ versionId: trans.__('Id of a dataset version') });
  resources.addCommand(commands.create, {
    label: args => (args['isLauncher'] ? trans.__('Dataset') : trans.__('New Dataset…')),
    caption: trans.__('Create a dataset'),
    icon: datasetIcon,
    anyOf: ['data', 'admin'],
    menuRank: 110,
    describedBy: describeArguments(),
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
  const takenFiles = (args: ReadonlyPartialJSONObject) => {
    const files = chosenFiles(args, factory);
    return files.every(({ name, directory }) => directory || TAKEN.test(name)) ? files : [];
  };
  resources.addCommand(commands.add, {
    label: trans.__('Add to Dataset…'),
    caption: trans.__('Imports the marked archives, images or folders of images into a dataset'),
    icon: datasetIcon,
    anyOf: ['data', 'admin'],
    isVisible: args => takenFiles(args).length > 0,
    isEnabled: args => takenFiles(args).length > 0,
    describedBy: describePaths(translation),
    execute: args => {
      const paths = takenFiles(args).map(({ path }) => path);
      resources.open('dataset-add', crypto.randomUUID(), { args: { paths } });
    }
  });
}
