import type { Contents } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import { Token } from '@lumino/coreutils';
import type { ITopsApi } from './api.ts';
import type { ITopsEvents } from './events.ts';
import type { IResourceRegistry } from './registry.ts';
import type { ITopsSession } from './session.ts';
import type { ITopsTranslation } from './translation.ts';

/** All that the kit needs of JupyterLab and of the suite, to be handed to whatever is drawn. */
export interface TopsServices {
  readonly api: ITopsApi;
  readonly events: ITopsEvents;
  readonly session: ITopsSession;
  readonly registry: IResourceRegistry;
  readonly translation: ITopsTranslation;
  readonly commands: CommandRegistry;
  /** JupyterLab's files, of all drives. */
  readonly contents: Contents.IManager;
}

export const ITopsServices = new Token<TopsServices>(
  '@topsdl/lab:ITopsServices',
  'All services of TopsDL in one, for what draws or installs with most of them.'
);
