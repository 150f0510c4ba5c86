import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IResourceRegistry, ITopsTranslation, netronIcon } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/netron-extension:plugin',
  description: 'Netron on any model file, as a panel, without a request leaving the machine.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation],
  activate: (
    _app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation
  ) => {
    const { trans } = translation;
    resources.addPanel({
      kind: 'netron',
      icon: netronIcon,
      title: 'Netron',
      anyOf: ['platform', 'admin'],
      load: () => import('./Panel.tsx')
    });
    resources.addCommand('topsdl:netron:open', {
      label: trans.__('Open with Netron'),
      icon: netronIcon,
      anyOf: ['platform', 'admin'],
      palette: false,
      describedBy: {
        args: {
          type: 'object',
          required: ['url', 'name'],
          properties: {
            url: {
              type: 'string',
              description: trans.__('Address of a model file on this origin')
            },
            name: { type: 'string', description: trans.__('Name of the file') }
          }
        }
      },
      execute: args => {
        const url = new URL(String(args['url']), document.baseURI);
        if (url.origin !== window.location.origin) {
          throw new Error(trans.__('Netron opens files of this installation only.'));
        }
        const path = url.pathname + url.search;
        resources.open('netron', path, { args: { url: path, name: String(args['name']) } });
      }
    });
  }
};

export default plugin;
