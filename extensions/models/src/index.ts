import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { modelIcon, IFileSets } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/models-extension:plugin',
  description: 'Model sets: versions of files, as a drive in the file browser.',
  autoStart: true,
  requires: [IFileSets],
  activate: (_app: JupyterFrontEnd, fileSets: IFileSets) =>
    fileSets.install({
      feature: 'models',
      noun: 'model',
      icon: modelIcon,
      ranks: { section: 30, menu: 125, card: 50, browser: 360 },
      words: trans => ({
        section: trans.__('Model Sets'),
        set: trans.__('Model set'),
        version: trans.__('Model version'),
        card: trans.__('Model Set'),
        create: trans.__('New Model Set…'),
        browse: trans.__('Browse Model Files'),
        browseCaption: trans.__('Shows the files of the model sets in a file browser'),
        files: trans.__('Model files'),
        save: trans.__('Save as New Model Version…'),
        saveCaption: trans.__('Makes a version of a model set of the marked files')
      }),
      load: () => import('./resource.tsx')
    })
};

export default plugin;
