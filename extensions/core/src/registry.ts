import type { ICommandPalette } from '@jupyterlab/apputils';
import type { ILauncher } from '@jupyterlab/launcher';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { DisposableDelegate, DisposableSet, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Menu } from '@lumino/widgets';
import type {
  ICard,
  ICommand,
  IPanelKind,
  IResourceRegistry,
  ISection,
  ITaskKind,
  ITopsSession,
  IWorkKind,
  OpenOptions,
  PanelRef
} from '@topsdl/lab';

/** Places outside of the main area where things can be found; any of them may be missing. */
export interface Surroundings {
  readonly commands: CommandRegistry;
  readonly session: ITopsSession;
  /** What the palette and the launcher call the suite. */
  readonly category: string;
  readonly palette: ICommandPalette | null;
  readonly launcher: ILauncher | null;
  readonly menu: Menu | null;
}

/** Opens a panel; set by whoever makes the widgets. */
export type Opener = (kind: string, id: string, options: OpenOptions) => void;

export class ResourceRegistry implements IResourceRegistry {
  private readonly around: Surroundings;
  private readonly byId = new Map<string, ISection>();
  private readonly panels = new Map<string, IPanelKind>();
  private readonly tasks = new Map<string, ITaskKind>();
  private readonly works = new Map<string, IWorkKind>();
  /** Of what is in the menu, in its order. */
  private readonly menuRanks: number[] = [];
  private readonly onChanged = new Signal<this, void>(this);
  opener: Opener | null = null;
  /** Whether a panel is open and can be seen; set by whoever makes the widgets. */
  isVisible: (panel: PanelRef) => boolean = () => false;

  constructor(around: Surroundings) {
    this.around = around;
    around.session.changed.connect(() => around.commands.notifyCommandChanged());
  }

  get changed(): ISignal<this, void> {
    return this.onChanged;
  }

  get sections(): readonly ISection[] {
    return [...this.byId.values()].sort((a, b) => a.rank - b.rank);
  }

  panel(kind: string): IPanelKind | undefined {
    return this.panels.get(kind);
  }

  addSection(section: ISection): IDisposable {
    return this.put(this.byId, section.id, section);
  }

  addPanel(kind: IPanelKind): IDisposable {
    return this.put(this.panels, kind.kind, kind);
  }

  addTaskKind(kind: ITaskKind): IDisposable {
    return this.put(this.tasks, kind.kind, kind);
  }

  taskKind(kind: string): ITaskKind | undefined {
    return this.tasks.get(kind);
  }

  addWorkKind(kind: IWorkKind): IDisposable {
    return this.put(this.works, kind.kind, kind);
  }

  workKind(kind: string): IWorkKind | undefined {
    return this.works.get(kind);
  }

  addCard({ command, args, rank, anyOf }: ICard): IDisposable {
    const { launcher, session, category } = this.around;
    if (!launcher) {
      return new DisposableDelegate(() => undefined);
    }
    // The launcher asks for no permission: a card is there while its user may use it.
    let card: IDisposable | null = null;
    const update = () => {
      if (session.may(...anyOf) && !card) {
        // As JupyterLab's own commands do, one may look otherwise on a card.
        card = launcher.add({ command, category, rank, args: { ...args, isLauncher: true } });
      } else if (!session.may(...anyOf) && card) {
        card.dispose();
        card = null;
      }
    };
    update();
    session.changed.connect(update);
    return new DisposableDelegate(() => {
      session.changed.disconnect(update);
      card?.dispose();
    });
  }

  addCommand(id: string, command: ICommand): IDisposable {
    const { commands, session, palette, menu, category } = this.around;
    const {
      anyOf,
      menuRank,
      palette: inPalette = true,
      isEnabled,
      isVisible,
      ...options
    } = command;
    const allowed = () => session.may(...(anyOf ?? []));
    const added = DisposableSet.from([
      commands.addCommand(id, {
        ...options,
        isEnabled: args => allowed() && (isEnabled?.(args) ?? true),
        isVisible: args => allowed() && (isVisible?.(args) ?? true)
      })
    ]);
    if (inPalette && palette) {
      added.add(palette.addItem({ command: id, category }));
    }
    if (menuRank !== undefined && menu) {
      // Each hundred is a group; lines with nothing on one side are not drawn.
      const group = Math.floor(menuRank / 100);
      if (!this.menuRanks.some(rank => Math.floor(rank / 100) === group)) {
        this.insertIntoMenu(menu, group * 100, { type: 'separator' });
      }
      const item = this.insertIntoMenu(menu, menuRank, { command: id });
      added.add(
        new DisposableDelegate(() => {
          this.menuRanks.splice(menu.items.indexOf(item), 1);
          menu.removeItem(item);
        })
      );
    }
    return added;
  }

  canOpen(kind: string): boolean {
    const panel = this.panels.get(kind);
    return !!panel && this.around.session.may(...(panel.anyOf ?? []));
  }

  open(kind: string, id: string, options: OpenOptions = {}): void {
    this.opener?.(kind, id, options);
  }

  iconOf(kind: string): LabIcon | undefined {
    return this.panels.get(kind)?.icon;
  }

  taskTitle(kind: string): string {
    return this.tasks.get(kind)?.title ?? kind;
  }

  private insertIntoMenu(menu: Menu, rank: number, options: Menu.IItemOptions): Menu.IItem {
    const index = this.menuRanks.filter(other => other <= rank).length;
    this.menuRanks.splice(index, 0, rank);
    return menu.insertItem(index, options);
  }

  private put<T>(map: Map<string, T>, key: string, value: T): IDisposable {
    if (map.has(key)) {
      throw new Error(`“${key}” is registered already`);
    }
    map.set(key, value);
    this.onChanged.emit();
    return new DisposableDelegate(() => {
      map.delete(key);
      this.onChanged.emit();
    });
  }
}
