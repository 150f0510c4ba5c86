import { addPanels, featurePlugin, trainingIcon } from '@topsdl/lab';
import { installCommands } from './commands.ts';

const who = ['platform', 'admin'] as const;

const plugin = featurePlugin({
  id: '@topsdl/training-extension:plugin',
  description: 'Training: definitions, runs, logs, monitoring, metrics.',
  install: (resources, translation) => {
    const { trans } = translation;
    resources.addSection({
      id: 'training',
      area: 'train',
      rank: 10,
      title: trans.__('Training'),
      anyOf: who,
      load: () => import('./resource.tsx')
    });
    addPanels(resources, who, [
      ['training-form', trans.__('Training'), trainingIcon, () => import('./TrainingForm.tsx')],
      ['training', trans.__('Training'), trainingIcon, () => import('./RunsPanel.tsx')],
      ['training-run', trans.__('Run'), trainingIcon, () => import('./RunPanel.tsx')]
    ]);
    resources.addWorkKind({ kind: 'training-run', load: () => import('./runWork.ts') });
    installCommands(resources, translation);
    resources.addCard({ command: 'topsdl:training:create', rank: 60, anyOf: who });
  }
});

export default plugin;
