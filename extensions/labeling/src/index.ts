import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { datasetIcon, IResourceRegistry, ITopsTranslation, labelIcon } from '@topsdl/lab';
import { ActiveLabeling } from './active.ts';
import { installCommands } from './commands.ts';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/labeling-extension:plugin',
  description: 'The images of a dataset version: looking at them and labeling them.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (app: JupyterFrontEnd, resources: IResourceRegistry, translation: ITopsTranslation) => {
    const { trans } = translation;
    const active = new ActiveLabeling();
    resources.addPanel({
      kind: 'dataset-version',
      icon: datasetIcon,
      title: trans.__('Dataset'),
      anyOf: ['data', 'platform', 'label', 'review', 'admin'],
      load: async () => {
        const { makePanel } = await import('./Panel.tsx');
        return { default: makePanel(active) };
      }
    });
    resources.addPanel({
      kind: 'label-form',
      icon: labelIcon,
      title: trans.__('Label'),
      anyOf: ['data', 'admin'],
      load: () => import('./LabelForm.tsx')
    });
    installCommands(app, active, translation);
  }
};

export default plugin;
