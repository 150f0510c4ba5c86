import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  algorithmIcon,
  FileSetDrive,
  IResourceRegistry,
  ITopsApi,
  ITopsSession,
  ITopsTranslation
} from '@topsdl/lab';

/** The drive's name, in paths before the colon. */
const DRIVE = 'topsdl-algorithms';
const who = ['platform', 'data', 'admin'] as const;

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/algorithms-extension:plugin',
  description: 'Algorithm sets: versions of files, as a drive in the file browser.',
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
        feature: 'algorithms',
        api,
        session,
        serverSettings: app.serviceManager.serverSettings
      })
    );
    resources.addSection({
      id: 'algorithms',
      area: 'develop',
      rank: 10,
      title: trans.__('Algorithm Sets'),
      anyOf: who,
      load: () => import('./resource.tsx')
    });
    const panels = [
      ['algorithm-form', trans.__('Algorithm set'), () => import('./form.tsx')],
      ['algorithm', trans.__('Algorithm set'), () => import('./panel.tsx')],
      ['algorithm-version', trans.__('Algorithm version'), () => import('./versionPanel.tsx')]
    ] as const;
    for (const [kind, title, load] of panels) {
      resources.addPanel({ kind, title, icon: algorithmIcon, anyOf: who, load });
    }
    resources.addCommand('topsdl:algorithms:create', {
      label: args =>
        args['isLauncher'] ? trans.__('Algorithm Set') : trans.__('New Algorithm Set…'),
      icon: algorithmIcon,
      anyOf: ['platform', 'admin'],
      menuRank: 120,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => resources.open('algorithm-form', 'new')
    });
    resources.addCard({
      command: 'topsdl:algorithms:create',
      rank: 40,
      anyOf: ['platform', 'admin']
    });
    let browser: ReturnType<IFileBrowserFactory['createFileBrowser']> | null = null;
    resources.addCommand('topsdl:algorithms:browse', {
      label: trans.__('Browse Algorithm Files'),
      caption: trans.__('Shows the files of the algorithm sets in a file browser'),
      icon: algorithmIcon,
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
          browser.title.icon = algorithmIcon;
          browser.title.caption = trans.__('Algorithm files');
          browser.node.setAttribute('aria-label', trans.__('Algorithm files'));
          app.shell.add(browser, 'left', { rank: 350, type: 'TopsDL' });
        }
        app.shell.activateById(browser.id);
        const path = args['path'];
        await browser.model.cd(typeof path === 'string' ? `/${path}` : '/');
      }
    });
  }
};

export default plugin;
