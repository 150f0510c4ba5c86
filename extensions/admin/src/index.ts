import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { administrationIcon, IResourceRegistry, ITopsTranslation } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/admin-extension:plugin',
  description: 'Administration: projects with their quotas and members, users, compute specs.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (_app: JupyterFrontEnd, registry: IResourceRegistry, translation: ITopsTranslation) => {
    const { trans } = translation;
    const command = 'topsdl:admin:open';
    registry.addPanel({
      kind: 'administration',
      icon: administrationIcon,
      title: trans.__('Administration'),
      anyOf: ['admin'],
      load: () => import('./Administration.tsx')
    });
    registry.addCommand(command, {
      label: trans.__('Administration'),
      caption: trans.__('Projects, users, compute specs'),
      icon: administrationIcon,
      anyOf: ['admin'],
      menuRank: 900,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => registry.open('administration', 'all')
    });
    registry.addCard({ command, rank: 900, anyOf: ['admin'] });
  }
};

export default plugin;
