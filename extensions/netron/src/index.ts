import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  addPanels,
  baseName,
  chosenFiles,
  describeArguments,
  IResourceRegistry,
  ITopsTranslation,
  netronIcon
} from '@topsdl/lab';
import { isModelFile } from './modelFiles.ts';

const who = ['platform', 'admin'] as const;

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/netron-extension:plugin',
  description: 'Netron on any model file, as a panel, without a request leaving the machine.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsTranslation, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    resources: IResourceRegistry,
    translation: ITopsTranslation,
    factory: IFileBrowserFactory
  ) => {
    const { trans } = translation;
    const { contents } = app.serviceManager;
    addPanels(resources, who, [
      [
        'netron',
        'Netron',
        netronIcon,
        async () => {
          const { makePanel } = await import('./Panel.tsx');
          return { default: makePanel(contents) };
        }
      ]
    ]);

    /** The file that the arguments name, or the one that is marked. */
    const fileOf = (args: Readonly<Record<string, unknown>>): string | undefined => {
      const paths = args['path'] === undefined ? undefined : [String(args['path'])];
      const chosen = chosenFiles(paths ? { paths } : {}, factory);
      return chosen.length === 1 && !chosen[0]?.directory ? chosen[0]?.path : undefined;
    };
    const nameOf = (args: Readonly<Record<string, unknown>>) =>
      args['url'] === undefined ? fileOf(args) : String(args['name']);

    resources.addCommand('topsdl:netron:open', {
      label: trans.__('Open with Netron'),
      icon: netronIcon,
      anyOf: who,
      isVisible: args => isModelFile(nameOf(args) ?? ''),
      isEnabled: args => nameOf(args) !== undefined,
      describedBy: describeArguments(
        {},
        {
          path: trans.__('A file of JupyterLab; without it the one that is marked'),
          url: trans.__('Address of a model file on this origin, in place of a file'),
          name: trans.__('Name of the file at the address')
        }
      ),
      execute: args => {
        if (args['url'] !== undefined) {
          const url = new URL(String(args['url']), document.baseURI);
          if (url.origin !== window.location.origin) {
            throw new Error(trans.__('Netron opens files of this installation only.'));
          }
          const address = url.pathname + url.search;
          resources.open('netron', address, { args: { url: address, name: String(args['name']) } });
          return;
        }
        const path = fileOf(args);
        if (path !== undefined) {
          resources.open('netron', path, { args: { path, name: baseName(path) } });
        }
      }
    });
  }
};

export default plugin;
