import type { LabIcon } from '@jupyterlab/ui-components';
import { Token } from '@lumino/coreutils';
import type { SetVersion } from '@topsdl/contract';
import type { ComponentType } from 'react';
import type { PanelProps, SectionProps } from './registry.ts';
import type { ITopsTranslation } from './translation.ts';

/** What a kind of file set is called on the screen. */
export interface FileSetWords {
  readonly section: string;
  readonly set: string;
  readonly version: string;
  /** The card of the launcher, and the command. */
  readonly card: string;
  readonly create: string;
  readonly browse: string;
  readonly browseCaption: string;
  /** The file browser of the sets. */
  readonly files: string;
  /** The entry in the menu of JupyterLab's files. */
  readonly save: string;
  readonly saveCaption: string;
}

/** What a kind of file set draws. */
export interface FileSetParts {
  /** The section of the sidebar. */
  readonly Section: ComponentType<SectionProps>;
  readonly Form: ComponentType<PanelProps>;
  /** A set with all its versions. */
  readonly Set: ComponentType<PanelProps>;
  /** A version with its files. */
  readonly Version: ComponentType<PanelProps>;
  /** Makes a version of files of JupyterLab's. */
  readonly Save: ComponentType<PanelProps>;
}

/** A kind of file set as a feature: how it differs from the other. */
export interface FileSetFeature {
  /** The feature's word in the contract; the drive is called after it. */
  readonly feature: 'algorithms' | 'models';
  /** The contract's noun: kinds of panels begin with it. */
  readonly noun: string;
  readonly icon: LabIcon;
  readonly ranks: {
    readonly section: number;
    readonly menu: number;
    readonly card: number;
    readonly browser: number;
  };
  words(trans: ITopsTranslation['trans']): FileSetWords;
  /** Brings what is drawn. */
  load(): Promise<{ readonly default: FileSetParts }>;
}

/** Makes kinds of file sets what they are in JupyterLab: a drive, a section, panels, and commands that lead to them. */
export interface IFileSets {
  install(kind: FileSetFeature): void;
}

export const IFileSets = new Token<IFileSets>(
  '@topsdl/lab:IFileSets',
  'Sets of files by version, such as algorithms and models, as drives and panels of JupyterLab.'
);

/** Marks a public set whose name one of the project's own may have, too. */
export const PUBLIC_MARK = ' ~public';

/** What a set is called in its drive. */
export function driveTitle(set: { readonly name: string; readonly public: boolean }): string {
  return set.public ? set.name + PUBLIC_MARK : set.name;
}

/** Where the version of a set is in its drive. */
export function drivePath(
  set: { readonly name: string; readonly public: boolean },
  version: Pick<SetVersion, 'number'>
): string {
  return `${driveTitle(set)}/v${version.number}`;
}
