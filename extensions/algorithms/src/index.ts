import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { algorithmIcon, IFileSets } from '@topsdl/lab';

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@topsdl/algorithms-extension:plugin',
  description: 'Algorithm sets: versions of files, as a drive in the file browser.',
  autoStart: true,
  requires: [IFileSets],
  activate: (_app: JupyterFrontEnd, fileSets: IFileSets) =>
    fileSets.install({
      feature: 'algorithms',
      noun: 'algorithm',
      icon: algorithmIcon,
      ranks: { section: 10, menu: 120, card: 40, browser: 350 },
      words: trans => ({
        section: trans.__('Algorithm Sets'),
        set: trans.__('Algorithm set'),
        version: trans.__('Algorithm version'),
        card: trans.__('Algorithm Set'),
        create: trans.__('New Algorithm Set…'),
        browse: trans.__('Browse Algorithm Files'),
        browseCaption: trans.__('Shows the files of the algorithm sets in a file browser'),
        files: trans.__('Algorithm files'),
        save: trans.__('Save as New Algorithm Version…'),
        saveCaption: trans.__('Makes a version of an algorithm set of the marked files')
      }),
      load: () => import('./resource.tsx')
    })
};

export default plugin;
