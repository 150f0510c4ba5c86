import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IResourceRegistry, ITopsTranslation, overviewIcon } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/projects-extension:plugin',
  description: 'The overview of a project: quota against use, running work, recent activity.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (_app: JupyterFrontEnd, registry: IResourceRegistry, translation: ITopsTranslation) => {
    const { trans } = translation;
    const command = 'topsdl:projects:overview';
    registry.addPanel({
      kind: 'overview',
      icon: overviewIcon,
      title: trans.__('Overview'),
      load: () => import('./Overview.tsx')
    });
    registry.addCommand(command, {
      label: trans.__('Overview'),
      caption: trans.__('Quota against use, running work, recent activity'),
      icon: overviewIcon,
      anyOf: [],
      menuRank: 10,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => registry.open('overview', 'project')
    });
    registry.addCard({ command, rank: 0, anyOf: [] });
  }
};

export default plugin;
