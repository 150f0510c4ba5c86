import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  modelIcon,
  FileSetDrive,
  IResourceRegistry,
  ITopsApi,
  ITopsSession,
  ITopsTranslation
} from '@topsdl/lab';

/** The drive's name, in paths before the colon. */
const DRIVE = 'topsdl-models';
const who = ['platform', 'data', 'admin'] as const;

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/models-extension:plugin',
  description: 'Model sets: versions of files, as a drive in the file browser.',
  autoStart: true,
  requires: [IResourceRegistry, ITopsApi, ITopsSession, ITopsTranslation, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    resources: IResourceRegistry,
    api: ITopsApi,
    session: ITopsSession,
    translation: ITopsTranslation,
    factory: IFileBrowserFactory
  ) => {
    const { trans } = translation;
    // Early, so that editors which were open on the drive come back after a reload.
    app.serviceManager.contents.addDrive(
      new FileSetDrive({
        name: DRIVE,
        feature: 'models',
        api,
        session,
        serverSettings: app.serviceManager.serverSettings
      })
    );
    resources.addSection({
      id: 'models',
      area: 'develop',
      rank: 30,
      title: trans.__('Model Sets'),
      anyOf: who,
      load: () => import('./resource.tsx')
    });
    const panels = [
      ['model-form', trans.__('Model set'), () => import('./form.tsx')],
      ['model', trans.__('Model set'), () => import('./panel.tsx')],
      ['model-version', trans.__('Model version'), () => import('./versionPanel.tsx')]
    ] as const;
    for (const [kind, title, load] of panels) {
      resources.addPanel({ kind, title, icon: modelIcon, anyOf: who, load });
    }
    resources.addCommand('topsdl:models:create', {
      label: args => (args['isLauncher'] ? trans.__('Model Set') : trans.__('New Model Set…')),
      icon: modelIcon,
      anyOf: ['platform', 'admin'],
      menuRank: 125,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => resources.open('model-form', 'new')
    });
    resources.addCard({
      command: 'topsdl:models:create',
      rank: 50,
      anyOf: ['platform', 'admin']
    });
    let browser: ReturnType<IFileBrowserFactory['createFileBrowser']> | null = null;
    resources.addCommand('topsdl:models:browse', {
      label: trans.__('Browse Model Files'),
      caption: trans.__('Shows the files of the model sets in a file browser'),
      icon: modelIcon,
      anyOf: who,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            path: { type: 'string', description: trans.__('Set and version, such as digits/v2') }
          }
        }
      },
      execute: async args => {
        if (!browser || browser.isDisposed) {
          browser = factory.createFileBrowser(DRIVE, { driveName: DRIVE, restore: false });
          browser.title.icon = modelIcon;
          browser.title.caption = trans.__('Model files');
          browser.node.setAttribute('aria-label', trans.__('Model files'));
          app.shell.add(browser, 'left', { rank: 360, type: 'TopsDL' });
        }
        app.shell.activateById(browser.id);
        const path = args['path'];
        await browser.model.cd(typeof path === 'string' ? `/${path}` : '/');
      }
    });
  }
};

export default plugin;
