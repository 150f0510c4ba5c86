import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  addPanels,
  chosenFiles,
  describeArguments,
  ITopsServices,
  modelIcon,
  netronIcon,
  type TopsServices
} from '@topsdl/lab';
import { NetronFactory, UnreadModelFactory } from './document.ts';
import { isModelFile, MODELS, OTHERS } from './modelFiles.ts';

const who = ['platform', 'admin'] as const;
const OPEN = 'docmanager:open';
const FACTORY = 'Netron';

/** What names a file: an address, a path of JupyterLab's, or nothing for the one that is marked. */
type Args = Readonly<Record<string, unknown>>;

/** Model files as documents of JupyterLab. */
function installDocuments(
  app: JupyterFrontEnd,
  services: TopsServices,
  restorer: ILayoutRestorer | null
): void {
  const { trans } = services.translation;
  const types = { model: MODELS, 'possible-model': OTHERS };
  for (const [name, extensions] of Object.entries(types)) {
    app.docRegistry.addFileType({
      name: `topsdl-${name}`,
      displayName: trans.__('Model file'),
      extensions,
      icon: modelIcon,
      // Some of those that are models only perhaps are texts, which editors open.
      fileFormat: extensions === MODELS ? 'base64' : 'text'
    });
  }
  const model = new UnreadModelFactory();
  app.docRegistry.addModelFactory(model);
  const factory = new NetronFactory(
    {
      name: FACTORY,
      modelName: model.name,
      fileTypes: Object.keys(types).map(name => `topsdl-${name}`),
      defaultFor: ['topsdl-model'],
      readOnly: true
    },
    async path => (await import('./Panel.tsx')).drawFile(services, path)
  );
  app.docRegistry.addWidgetFactory(factory);
  const tracker = new WidgetTracker<IDocumentWidget>({ namespace: 'topsdl-netron' });
  factory.widgetCreated.connect((_, widget) => void tracker.add(widget));
  void restorer?.restore(tracker, {
    command: OPEN,
    name: ({ context }) => context.path,
    args: ({ context }) => ({ path: context.path, factory: FACTORY })
  });
}

function installCommand(
  app: JupyterFrontEnd,
  services: TopsServices,
  browsers: IFileBrowserFactory
) {
  const { registry, translation } = services;
  const { trans } = translation;
  const pathOf = ({ path }: Args): string | undefined => {
    const [file, ...others] = chosenFiles(
      path === undefined ? {} : { paths: [String(path)] },
      browsers
    );
    return others.length > 0 || file?.directory ? undefined : file?.path;
  };
  const nameOf = (args: Args) => (args['url'] === undefined ? pathOf(args) : String(args['name']));
  registry.addCommand('topsdl:netron:open', {
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
      if (args['url'] === undefined) {
        return app.commands.execute(OPEN, { path: pathOf(args), factory: FACTORY });
      }
      const { origin, pathname, search } = new URL(String(args['url']), document.baseURI);
      if (origin !== window.location.origin) {
        throw new Error(trans.__('Netron opens files of this installation only.'));
      }
      const url = pathname + search;
      registry.open('netron', url, { args: { url, name: String(args['name']) } });
      return undefined;
    }
  });
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/netron-extension:plugin',
  description: 'Netron on any model file, as a panel, without a request leaving the machine.',
  autoStart: true,
  requires: [ITopsServices, IFileBrowserFactory],
  optional: [ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    services: TopsServices,
    browsers: IFileBrowserFactory,
    restorer: ILayoutRestorer | null
  ) => {
    addPanels(services.registry, who, [
      ['netron', 'Netron', netronIcon, () => import('./Panel.tsx')]
    ]);
    installDocuments(app, services, restorer);
    installCommand(app, services, browsers);
  }
};

export default plugin;
