import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import {
  createToolbarFactory,
  setToolbar,
  WidgetTracker,
  type IToolbarWidgetRegistry
} from '@jupyterlab/apputils';
import type { FileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITranslator } from '@jupyterlab/translation';
import { Throttler } from '@lumino/polling';
import {
  addPanels,
  chosenFiles,
  describeArguments,
  describePaths,
  type FileSetFeature,
  type FileSetParts,
  type FileSetWords,
  type IFileSets,
  type ITopsSession,
  type TopsServices
} from '@topsdl/lab';
import { LazyDrive } from './drive/lazy.ts';

const readers = ['platform', 'data', 'admin'] as const;
const writers = ['platform', 'admin'] as const;

/** Whose toolbar JupyterLab's own file browser has, and the plugin whose settings describe it. */
const TOOLBAR = { widget: 'FileBrowser', plugin: '@jupyterlab/filebrowser-extension:widget' };

/** Changes that come together are shown together, in milliseconds. */
const REFRESH_EVERY = 250;

/** What file sets need of JupyterLab beside the suite's own services. */
export interface Surroundings {
  readonly app: JupyterFrontEnd;
  readonly services: TopsServices;
  readonly factory: IFileBrowserFactory;
  readonly translator: ITranslator;
  readonly restorer: ILayoutRestorer | null;
  readonly toolbars: IToolbarWidgetRegistry | null;
  readonly settings: ISettingRegistry | null;
}

/** Installs kinds of file sets; how they differ is theirs to say. */
export class FileSets implements IFileSets {
  private readonly around: Surroundings;

  constructor(around: Surroundings) {
    this.around = around;
  }

  install(kind: FileSetFeature): void {
    const { app, services } = this.around;
    const words = kind.words(services.translation.trans);
    // Early, so that editors which were open on the drive come back after a reload.
    app.serviceManager.contents.addDrive(
      new LazyDrive({
        ...services,
        name: driveName(kind),
        feature: kind.feature,
        serverSettings: app.serviceManager.serverSettings
      })
    );
    this.addSection(kind, words);
    this.addBrowser(kind, words);
    this.addSaving(kind, words);
  }

  private addSection(kind: FileSetFeature, words: FileSetWords): void {
    const { registry } = this.around.services;
    const { feature, noun, icon, ranks } = kind;
    registry.addSection({
      id: feature,
      area: 'develop',
      rank: ranks.section,
      title: words.section,
      anyOf: readers,
      load: part(kind, 'Section')
    });
    addPanels(registry, readers, [
      [`${noun}-form`, words.set, icon, part(kind, 'Form')],
      [noun, words.set, icon, part(kind, 'Set')],
      [`${noun}-version`, words.version, icon, part(kind, 'Version')]
    ]);
    const command = `topsdl:${feature}:create`;
    registry.addCommand(command, {
      label: args => (args['isLauncher'] ? words.card : words.create),
      icon,
      anyOf: writers,
      menuRank: ranks.menu,
      describedBy: describeArguments(),
      execute: () => registry.open(`${noun}-form`, 'new')
    });
    registry.addCard({ command, rank: ranks.card, anyOf: writers });
  }

  /** A file browser on the drive, made when it is first asked for. */
  private addBrowser(kind: FileSetFeature, words: FileSetWords): void {
    const { app, restorer, services } = this.around;
    const { trans } = services.translation;
    const command = `topsdl:${kind.feature}:browse`;
    const tracker = new WidgetTracker<FileBrowser>({ namespace: driveName(kind) });
    services.registry.addCommand(command, {
      label: words.browse,
      caption: words.browseCaption,
      icon: kind.icon,
      anyOf: readers,
      describedBy: describeArguments({}, { path: trans.__('Set and version, such as digits/v2') }),
      execute: async args => {
        let browser = tracker.currentWidget;
        if (!browser) {
          browser = this.makeBrowser(kind, words);
          await tracker.add(browser);
          browser.model.pathChanged.connect(() => void tracker.save(browser as FileBrowser));
        }
        if (args['background'] !== true) {
          app.shell.activateById(browser.id);
        }
        const path = args['path'];
        const go = (): Promise<void> =>
          browser.model.cd(typeof path === 'string' ? `/${path}` : '/');
        if (services.session.project) {
          await go();
        } else {
          // The companion may come later than the page that is restored, which waits for nobody.
          whenThereIsAProject(services.session, () => void go());
        }
      }
    });
    void restorer?.restore(tracker, {
      command,
      name: () => kind.feature,
      args: ({ model }) => ({
        path: app.serviceManager.contents.localPath(model.path),
        background: true
      }),
      when: services.session.ready
    });
  }

  private makeBrowser(kind: FileSetFeature, words: FileSetWords): FileBrowser {
    const { app, factory, services, settings, toolbars, translator } = this.around;
    const name = driveName(kind);
    const browser = factory.createFileBrowser(name, {
      driveName: name,
      restore: false,
      // Events tell when to ask again.
      refreshInterval: Infinity
    });
    browser.title.icon = kind.icon;
    browser.title.caption = words.files;
    browser.node.setAttribute('aria-label', words.files);
    browser.showFileCheckboxes = false;
    if (settings && toolbars) {
      setToolbar(
        browser,
        createToolbarFactory(toolbars, settings, TOOLBAR.widget, TOOLBAR.plugin, translator)
      );
    }
    const refresh = new Throttler(() => browser.model.refresh(), REFRESH_EVERY);
    services.events.changed.connect((_, event) => {
      if (event.kind === kind.noun || event.kind === `${kind.noun}-version`) {
        void refresh.invoke();
      }
    });
    services.events.reset.connect(() => void refresh.invoke());
    let project = services.session.project?.id;
    services.session.changed.connect(({ project: now }) => {
      if (now?.id !== project) {
        const came = project === undefined;
        project = now?.id;
        void (came ? refresh.invoke() : browser.model.cd('/'));
      }
    });
    app.shell.add(browser, 'left', { rank: kind.ranks.browser, type: 'TopsDL' });
    return browser;
  }

  /** Files of any file browser become a version of a set. */
  private addSaving(kind: FileSetFeature, words: FileSetWords): void {
    const { factory, services } = this.around;
    const panel = `${kind.noun}-save`;
    addPanels(services.registry, writers, [[panel, words.save, kind.icon, part(kind, 'Save')]]);
    services.registry.addCommand(`topsdl:${kind.feature}:save-files`, {
      label: words.save,
      caption: words.saveCaption,
      icon: kind.icon,
      anyOf: writers,
      isEnabled: args => chosenFiles(args, factory).length > 0,
      describedBy: describePaths(services.translation),
      execute: args => {
        const paths = chosenFiles(args, factory).map(({ path }) => path);
        services.registry.open(panel, crypto.randomUUID(), { args: { paths } });
      }
    });
  }
}

/** What the drive of a kind is called, in paths before the colon. */
function driveName({ feature }: FileSetFeature): string {
  return `topsdl-${feature}`;
}

/** One of the parts, as a module that brings a component. */
function part<P extends keyof FileSetParts>({ load }: FileSetFeature, name: P) {
  return async () => ({ default: (await load()).default[name] });
}

/** Calls back once, as soon as somebody is signed in who has a project. */
function whenThereIsAProject(session: ITopsSession, act: () => void): void {
  const look = ({ project }: ITopsSession): void => {
    if (project) {
      session.changed.disconnect(look);
      act();
    }
  };
  session.changed.connect(look);
}
