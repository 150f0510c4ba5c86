import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';
import { MenuSvg } from '@jupyterlab/ui-components';
import {
  activityIcon,
  IFileSets,
  IResourceRegistry,
  ITopsApi,
  ITopsEvents,
  ITopsServices,
  ITopsSession,
  ITopsTranslation,
  type TopsServices
} from '@topsdl/lab';
import { TopsApi } from './api.ts';
import { announceEnding } from './announce.ts';
import { commands, installCommands, openProjectMenu } from './commands.ts';
import { installDropping } from './dropping.ts';
import { Endings } from './endings.ts';
import { TopsEvents } from './events.ts';
import { FileSets } from './fileSets.ts';
import { installPanels } from './panels.tsx';
import { ResourceRegistry } from './registry.ts';
import { TopsSession } from './session.ts';
import { installSidebars } from './sidebars.tsx';
import { StatusItem } from './status.tsx';
import { makeTranslation } from './translation.ts';
import { ProjectUse } from './use.ts';

const translation: JupyterFrontEndPlugin<ITopsTranslation> = {
  id: '@topsdl/core-extension:translation',
  description: 'Provides the strings of TopsDL in the language of JupyterLab.',
  autoStart: true,
  requires: [ITranslator],
  provides: ITopsTranslation,
  activate: (_app: JupyterFrontEnd, translator: ITranslator) => makeTranslation(translator)
};

const api: JupyterFrontEndPlugin<ITopsApi> = {
  id: '@topsdl/core-extension:api',
  description: 'Provides the API of the TopsDL companion.',
  autoStart: true,
  requires: [ITopsTranslation],
  provides: ITopsApi,
  activate: (app: JupyterFrontEnd, translation: ITopsTranslation) =>
    new TopsApi(app.serviceManager.serverSettings, translation.language)
};

const events: JupyterFrontEndPlugin<ITopsEvents> = {
  id: '@topsdl/core-extension:events',
  description: 'Provides the live changes of the TopsDL companion.',
  autoStart: true,
  requires: [ITopsApi],
  provides: ITopsEvents,
  activate: (_app: JupyterFrontEnd, api: ITopsApi) => {
    const all = new TopsEvents({ connect: () => new WebSocket(api.eventsUrl) });
    window.addEventListener('online', () => {
      if (all.status === 'lost') {
        all.open();
      }
    });
    return all;
  }
};

const session: JupyterFrontEndPlugin<ITopsSession> = {
  id: '@topsdl/core-extension:session',
  description: 'Provides who is signed in to TopsDL, and the current project.',
  autoStart: true,
  requires: [ITopsApi, ITopsEvents],
  provides: ITopsSession,
  activate: (_app: JupyterFrontEnd, topsApi: ITopsApi, topsEvents: ITopsEvents) =>
    new TopsSession(topsApi, topsEvents, window.localStorage)
};

const registry: JupyterFrontEndPlugin<IResourceRegistry> = {
  id: '@topsdl/core-extension:registry',
  description: 'Provides the sidebars, panels, menu and cards that the features of TopsDL fill.',
  autoStart: true,
  requires: [ITopsApi, ITopsEvents, ITopsSession, ITopsTranslation],
  optional: [ICommandPalette, ILauncher, IMainMenu, ILayoutRestorer],
  provides: IResourceRegistry,
  activate: (
    app: JupyterFrontEnd,
    topsApi: ITopsApi,
    topsEvents: ITopsEvents,
    topsSession: ITopsSession,
    topsTranslation: ITopsTranslation,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    mainMenu: IMainMenu | null,
    restorer: ILayoutRestorer | null
  ) => {
    const { trans } = topsTranslation;
    const menu = new MenuSvg({ commands: app.commands });
    menu.id = 'jp-mainmenu-topsdl';
    menu.title.label = 'TopsDL';
    mainMenu?.addMenu(menu, false, { rank: 300 });
    const resources = new ResourceRegistry({
      commands: app.commands,
      session: topsSession,
      category: 'TopsDL',
      palette,
      launcher,
      menu
    });
    const services = servicesOf(app, topsApi, topsEvents, topsSession, resources, topsTranslation);
    installPanels(app, services, resources, restorer);
    installSidebars(app, services, restorer);
    installCommands(app, services, palette);
    resources.addWorkKind({ kind: 'task', load: () => import('./taskWork.ts') });
    new Endings(services, resources, report => announceEnding(services, report));
    resources.addPanel({
      kind: 'activity',
      icon: activityIcon,
      title: trans.__('Activity'),
      anyOf: ['platform', 'data', 'admin'],
      load: () => import('./activity.tsx')
    });
    // What concerns the account stands at the end, however many features there are.
    menu.addItem({ type: 'separator' });
    for (const command of [
      commands.reconnect,
      commands.signIn,
      commands.continueAsOwner,
      commands.signOut
    ]) {
      menu.addItem({ command });
      palette?.addItem({ command, category: 'TopsDL' });
    }
    return resources;
  }
};

function servicesOf(
  app: JupyterFrontEnd,
  topsApi: ITopsApi,
  topsEvents: ITopsEvents,
  topsSession: ITopsSession,
  resources: IResourceRegistry,
  topsTranslation: ITopsTranslation
): TopsServices {
  return {
    api: topsApi,
    events: topsEvents,
    session: topsSession,
    registry: resources,
    translation: topsTranslation,
    commands: app.commands,
    contents: app.serviceManager.contents
  };
}

const services: JupyterFrontEndPlugin<TopsServices> = {
  id: '@topsdl/core-extension:services',
  description: 'Provides all services of TopsDL in one.',
  autoStart: true,
  requires: [ITopsApi, ITopsEvents, ITopsSession, IResourceRegistry, ITopsTranslation],
  provides: ITopsServices,
  activate: servicesOf
};

const status: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/core-extension:status',
  description: 'Shows project, quota, running work and connection in the status bar.',
  autoStart: true,
  requires: [IStatusBar, ITopsServices],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    statusBar: IStatusBar,
    all: TopsServices,
    settings: ISettingRegistry | null
  ) => {
    const execute = (command: string) => void app.commands.execute(command);
    const item = new StatusItem(all, new ProjectUse(all.api, all.session, all.events), {
      chooseProject: anchor => openProjectMenu(all, anchor),
      openOverview: () => execute(commands.overview),
      reconnect: () =>
        execute(all.session.state === 'signed-out' ? commands.signIn : commands.reconnect)
    });
    statusBar.registerStatusItem('@topsdl/core-extension:status', {
      item,
      align: 'left',
      rank: 10
    });
    const defaults = ['dtu', 'cpu', 'memory'];
    item.choose(defaults);
    void settings?.load(status.id).then(loaded => {
      const apply = () => {
        const words = loaded.get('statusBarQuotas').composite;
        item.choose(Array.isArray(words) ? words.map(String) : defaults);
      };
      loaded.changed.connect(apply);
      apply();
    });
  }
};

const fileSets: JupyterFrontEndPlugin<IFileSets> = {
  id: '@topsdl/core-extension:file-sets',
  description: 'Makes sets of files by version drives and panels of JupyterLab.',
  autoStart: true,
  requires: [ITopsServices, IFileBrowserFactory, ITranslator],
  optional: [ILayoutRestorer, IToolbarWidgetRegistry, ISettingRegistry],
  provides: IFileSets,
  activate: (
    app: JupyterFrontEnd,
    all: TopsServices,
    factory: IFileBrowserFactory,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    toolbars: IToolbarWidgetRegistry | null,
    settings: ISettingRegistry | null
  ) => new FileSets({ app, services: all, factory, translator, restorer, toolbars, settings })
};

const dropping: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/core-extension:dropping',
  description: 'Takes what is dragged out of the panels into notebooks, as Python that runs.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_app: JupyterFrontEnd, tracker: INotebookTracker) => installDropping(tracker)
};

export default [translation, api, events, session, registry, services, status, fileSets, dropping];
