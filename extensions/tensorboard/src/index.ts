import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IResourceRegistry, ITopsTranslation, tensorboardIcon } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/tensorboard-extension:plugin',
  description: 'TensorBoard over what a training run left, as a panel.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    resources.addPanel({
      kind: 'tensorboard',
      icon: tensorboardIcon,
      title: 'TensorBoard',
      anyOf: ['platform', 'admin'],
      load: () => import('./Panel.tsx')
    });
    resources.addCommand('topsdl:tensorboard:open', {
      label: trans.__('Open TensorBoard'),
      icon: tensorboardIcon,
      anyOf: ['platform', 'admin'],
      palette: false,
      describedBy: {
        args: {
          type: 'object',
          required: ['runId'],
          properties: { runId: { type: 'string', description: trans.__('Id of a training run') } }
        }
      },
      execute: args => resources.open('tensorboard', String(args['runId']))
    });
  }
};

export default plugin;
