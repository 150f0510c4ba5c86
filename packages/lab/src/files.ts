import type { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ITopsTranslation } from './translation.ts';

/** A file or a directory of JupyterLab's, by its path with the drive. */
export interface ChosenFile {
  readonly path: string;
  readonly name: string;
  /** Unknown where only the path was given. */
  readonly directory: boolean | undefined;
}

/** What carries Python of a thing that is dragged, for notebooks to take. */
export const PYTHON_MIME = 'application/x-topsdl-python';

/** The files that a command's argument `paths` names; without it those marked in the file browser used last. */
export function chosenFiles(
  args: ReadonlyPartialJSONObject,
  factory: IFileBrowserFactory
): readonly ChosenFile[] {
  const { paths } = args;
  if (Array.isArray(paths)) {
    return paths.map(path => ({
      path: String(path),
      name: baseName(String(path)),
      directory: undefined
    }));
  }
  const browser = factory.tracker.currentWidget;
  return [...(browser?.selectedItems() ?? [])].map(({ path, name, type }) => ({
    path,
    name,
    directory: type === 'directory'
  }));
}

/** The last part of a path, without the drive. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.indexOf(':')) + 1);
}

/** Schema of the argument that `chosenFiles` reads. */
export function describePaths({ trans }: ITopsTranslation) {
  return {
    args: {
      type: 'object',
      properties: {
        paths: {
          type: 'array',
          items: { type: 'string' },
          description: trans.__('Files of JupyterLab; without them those that are marked')
        }
      }
    }
  };
}
