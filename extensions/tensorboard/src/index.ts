import { addPanels, describeArguments, featurePlugin, tensorboardIcon } from '@topsdl/lab';

const who = ['platform', 'admin'] as const;

const plugin = featurePlugin({
  id: '@topsdl/tensorboard-extension:plugin',
  description: 'TensorBoard over what a training run left, as a panel.',
  install: (resources, { trans }) => {
    addPanels(resources, who, [
      ['tensorboard', 'TensorBoard', tensorboardIcon, () => import('./Panel.tsx')]
    ]);
    resources.addCommand('topsdl:tensorboard:open', {
      label: trans.__('Open TensorBoard'),
      icon: tensorboardIcon,
      anyOf: who,
      palette: false,
      describedBy: describeArguments({ runId: trans.__('Id of a training run') }),
      execute: args => resources.open('tensorboard', String(args['runId']))
    });
  }
});

export default plugin;
