import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IResourceRegistry, ITopsTranslation, trainingIcon } from '@topsdl/lab';
import { installCommands } from './commands.ts';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/training-extension:plugin',
  description: 'Training: definitions, runs, logs, monitoring, metrics.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    resources.addSection({
      id: 'training',
      area: 'train',
      rank: 10,
      title: trans.__('Training'),
      anyOf: ['platform', 'admin'],
      load: () => import('./resource.tsx')
    });
    resources.addPanel({
      kind: 'training-form',
      icon: trainingIcon,
      title: trans.__('Training'),
      anyOf: ['platform', 'admin'],
      load: () => import('./TrainingForm.tsx')
    });
    resources.addPanel({
      kind: 'training',
      icon: trainingIcon,
      title: trans.__('Training'),
      anyOf: ['platform', 'admin'],
      load: () => import('./RunsPanel.tsx')
    });
    resources.addPanel({
      kind: 'training-run',
      icon: trainingIcon,
      title: trans.__('Run'),
      anyOf: ['platform', 'admin'],
      load: () => import('./RunPanel.tsx')
    });
    installCommands(resources, translation);
    resources.addCard({
      command: 'topsdl:training:create',
      rank: 60,
      anyOf: ['platform', 'admin']
    });
  }
};

export default plugin;
