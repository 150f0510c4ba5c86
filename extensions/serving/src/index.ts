import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IResourceRegistry, ITopsTranslation, packageIcon, serviceIcon } from '@topsdl/lab';

const who = ['platform', 'admin'] as const;
const nothing = { args: { type: 'object', properties: {} } } as const;

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/serving-extension:plugin',
  description: 'Model packages and online services.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    resources.addSection({
      id: 'packages',
      area: 'serve',
      rank: 10,
      title: trans.__('Model Packages'),
      anyOf: who,
      load: () => import('./packages.tsx')
    });
    resources.addSection({
      id: 'services',
      area: 'serve',
      rank: 20,
      title: trans.__('Online Services'),
      anyOf: who,
      load: () => import('./services.tsx')
    });
    const panels = [
      ['package-form', trans.__('Model package'), packageIcon, () => import('./PackageForm.tsx')],
      [
        'package-version-form',
        trans.__('Package version'),
        packageIcon,
        () => import('./PackageVersionForm.tsx')
      ],
      [
        'package-version',
        trans.__('Package version'),
        packageIcon,
        () => import('./PackageVersionPanel.tsx')
      ],
      ['service-form', trans.__('Online service'), serviceIcon, () => import('./ServiceForm.tsx')],
      [
        'service-version-form',
        trans.__('Service version'),
        serviceIcon,
        () => import('./ServiceVersionForm.tsx')
      ],
      ['service', trans.__('Online service'), serviceIcon, () => import('./ServicePanel.tsx')]
    ] as const;
    for (const [kind, title, icon, load] of panels) {
      resources.addPanel({ kind, title, icon, anyOf: who, load });
    }
    resources.addWorkKind({ kind: 'package-version', load: () => import('./buildWork.ts') });
    resources.addCommand('topsdl:serving:create-package', {
      label: args =>
        args['isLauncher'] ? trans.__('Model Package') : trans.__('New Model Package…'),
      icon: packageIcon,
      anyOf: who,
      menuRank: 140,
      describedBy: nothing,
      execute: () => resources.open('package-form', 'new')
    });
    resources.addCommand('topsdl:serving:create-service', {
      label: args =>
        args['isLauncher'] ? trans.__('Online Service') : trans.__('New Online Service…'),
      icon: serviceIcon,
      anyOf: who,
      menuRank: 150,
      describedBy: nothing,
      execute: () => resources.open('service-form', 'new')
    });
    resources.addCard({ command: 'topsdl:serving:create-package', rank: 80, anyOf: who });
    resources.addCard({ command: 'topsdl:serving:create-service', rank: 90, anyOf: who });
  }
};

export default plugin;
