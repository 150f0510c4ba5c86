import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Token, type ReadonlyJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { Client } from '@topsdl/client';
import type { EventKind, Permission } from '@topsdl/contract';
import type { ComponentType } from 'react';
import type { ITopsTranslation } from './translation.ts';

/** The four sidebars. */
export type Area = 'data' | 'develop' | 'train' | 'serve';

/** A module whose default export is a component: what `import('./resource.tsx')` gives. */
export interface ComponentModule<P> {
  readonly default: ComponentType<P>;
}

/** What a section of a sidebar is given. */
export interface SectionProps {
  readonly section: ISection;
}

/** A section of a sidebar: the list of one kind of thing. */
export interface ISection {
  /** Unique; by custom the feature's word. */
  readonly id: string;
  readonly area: Area;
  readonly rank: number;
  /** In the user's language. */
  readonly title: string;
  /** Shown to whoever holds one of these. */
  readonly anyOf: readonly Permission[];
  /** Brings the component, when the sidebar is first looked at. */
  load(): Promise<ComponentModule<SectionProps>>;
}

/** How a panel speaks of its own tab. */
export interface IPanelHandle {
  readonly kind: string;
  readonly id: string;
  /** What it was opened with; kept over a reload. */
  readonly args: ReadonlyJSONObject;
  setTitle(label: string, caption?: string): void;
  setIcon(icon: LabIcon): void;
  /** Marks the tab as holding something not saved. */
  setDirty(dirty: boolean): void;
  close(): void;
  /** Whether the tab can be seen; a hidden panel has no need to draw. */
  readonly visible: boolean;
  readonly visibleChanged: ISignal<IPanelHandle, boolean>;
}

export interface PanelProps {
  readonly panel: IPanelHandle;
  readonly id: string;
  readonly args: ReadonlyJSONObject;
}

/** A kind of tab in the main area, one tab an id. Kinds that show an object are named as the contract names it. */
export interface IPanelKind {
  /** Such as `training-run`; panels of forms are called `<kind>-form`. */
  readonly kind: string;
  readonly icon: LabIcon;
  /** The tab's title until the panel sets a better one. */
  readonly title: string;
  /** Who may open it; without it whoever is signed in. */
  readonly anyOf?: readonly Permission[];
  load(): Promise<ComponentModule<PanelProps>>;
}

export interface OpenOptions {
  readonly args?: ReadonlyJSONObject;
  /** Where the tab goes: with the others, or beside the current one. */
  readonly mode?: 'tab-after' | 'split-right' | 'split-bottom';
  /** Opens without bringing it to the front. */
  readonly background?: boolean;
}

/** A card in the launcher. */
export interface ICard {
  readonly command: string;
  readonly args?: ReadonlyJSONObject;
  readonly rank: number;
  readonly anyOf: readonly Permission[];
}

/** A command, with where it can be found. */
export interface ICommand extends CommandRegistry.ICommandOptions {
  /** Who may use it; for others it is neither shown nor enabled. */
  readonly anyOf?: readonly Permission[];
  /** Place in the menu TopsDL, where each hundred is a group; left out, it is in the palette only. */
  readonly menuRank?: number;
  /** False keeps it out of the palette: commands that make no sense without arguments. */
  readonly palette?: boolean;
}

/** What long work of one kind is called, in the Activity view. */
export interface ITaskKind {
  readonly kind: string;
  readonly title: string;
  /** The kind of panel that shows how it goes, by the id of the subject. */
  readonly panel?: string;
  /** Part of something else: nobody waits for its end. */
  readonly silent?: boolean;
}

/** A panel of an object. */
export interface PanelRef {
  readonly kind: string;
  readonly id: string;
}

/** How long work stands, for who waits for its end. */
export interface WorkReport {
  /** In the user's language, such as “digits-mpi, run 3”. */
  readonly name: string;
  /** Who started it; null where nobody did. */
  readonly by: string | null;
  /** `stopped` is what somebody asked for: it is no news to them. */
  readonly state: 'active' | 'completed' | 'failed' | 'stopped';
  /** Why it failed, in the user's language. */
  readonly reason?: string | undefined;
  /** When it ended, RFC 3339. */
  readonly endedAt: string | null;
  /** Panels that show how it goes; the first is opened to look at it. */
  readonly panels: readonly PanelRef[];
}

/** Reads how work of a kind stands. */
export type WorkReader = (
  tools: {
    readonly client: Client;
    readonly registry: IResourceRegistry;
    readonly translation: ITopsTranslation;
  },
  id: string
) => Promise<WorkReport>;

/** A kind of long work: who started one is told when it has ended. */
export interface IWorkKind {
  /** The contract's noun, by which its changes are told. */
  readonly kind: EventKind;
  /** Brings the reader, when the first change of the kind comes. */
  load(): Promise<{ readonly default: WorkReader }>;
}

/** Where features bring what they have: sections, panels, cards, commands. */
export interface IResourceRegistry {
  readonly sections: readonly ISection[];
  /** A section, a panel kind or a kind of task was added or taken away. */
  readonly changed: ISignal<IResourceRegistry, void>;
  addSection(section: ISection): IDisposable;
  addPanel(kind: IPanelKind): IDisposable;
  addCard(card: ICard): IDisposable;
  addTaskKind(kind: ITaskKind): IDisposable;
  addWorkKind(kind: IWorkKind): IDisposable;
  addCommand(id: string, command: ICommand): IDisposable;
  /** Whether there is a panel for the kind, that the user may open. */
  canOpen(kind: string): boolean;
  /** Opens the object's panel, or brings the one that is open to the front. */
  open(kind: string, id: string, options?: OpenOptions): void;
  /** The icon of a kind of panel, for links to it. */
  iconOf(kind: string): LabIcon | undefined;
  /** What long work of a kind is called; the kind itself where no feature says. */
  taskTitle(kind: string): string;
  taskKind(kind: string): ITaskKind | undefined;
}

export const IResourceRegistry = new Token<IResourceRegistry>(
  '@topsdl/lab:IResourceRegistry',
  'Sidebar sections, panels, launcher cards and commands of the TopsDL features.'
);
