import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IPanelHandle, IPanelKind, OpenOptions } from '@topsdl/lab';
import type { TopsServices as Services } from '@topsdl/lab';
import { LazyWidget, loadKit } from './lazy.tsx';
import type { ResourceRegistry } from './registry.ts';

export const OPEN = 'topsdl:open';

/** What a panel may do with its own tab. */
class PanelHandle implements IPanelHandle {
  readonly kind: string;
  readonly id: string;
  readonly args: ReadonlyJSONObject;
  readonly shown = new Signal<this, boolean>(this);
  widget: LazyWidget | null = null;

  constructor(kind: string, id: string, args: ReadonlyJSONObject) {
    this.kind = kind;
    this.id = id;
    this.args = args;
  }

  setTitle(label: string, caption = label): void {
    if (this.widget) {
      this.widget.title.label = label;
      this.widget.title.caption = caption;
    }
  }

  setIcon(icon: LabIcon): void {
    if (this.widget) {
      this.widget.title.icon = icon;
    }
  }

  setDirty(dirty: boolean): void {
    if (this.widget) {
      const title = this.widget.title;
      const others = title.className.split(' ').filter(name => name && name !== 'jp-mod-dirty');
      title.className = [...others, ...(dirty ? ['jp-mod-dirty'] : [])].join(' ');
    }
  }

  close(): void {
    this.widget?.close();
  }

  get visible(): boolean {
    return this.widget?.isVisible ?? false;
  }

  get visibleChanged(): ISignal<this, boolean> {
    return this.shown;
  }
}

/** A tab of the main area. */
class Panel extends LazyWidget {
  readonly handle: PanelHandle;
  private readonly leave: () => void;

  /** @param leave puts the focus elsewhere when the panel that has it is closed */
  constructor(services: Services, kind: IPanelKind, handle: PanelHandle, leave: () => void) {
    super(services, async () => {
      const [{ kit, host }, { default: Body }] = await Promise.all([
        loadKit(services),
        kind.load()
      ]);
      return () => (
        <kit.PanelFrame host={host} anyOf={kind.anyOf}>
          <Body panel={handle} id={handle.id} args={handle.args} />
        </kit.PanelFrame>
      );
    });
    this.handle = handle;
    this.leave = leave;
    handle.widget = this;
    this.id = widgetId(handle.kind, handle.id);
    this.addClass('topsdl-Panel');
    this.title.label = kind.title;
    this.title.icon = kind.icon;
    this.title.closable = true;
  }

  override dispose(): void {
    super.dispose();
    Signal.clearData(this.handle);
  }

  protected override onCloseRequest(message: Message): void {
    const focused = this.node.contains(document.activeElement);
    super.onCloseRequest(message);
    this.dispose();
    if (focused) {
      this.leave();
    }
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.handle.shown.emit(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.handle.shown.emit(false);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      this.node.focus({ preventScroll: true });
    }
  }
}

function widgetId(kind: string, id: string): string {
  return `topsdl-${kind}-${id}`;
}

/** Makes the panels, one an object, and brings them back after a reload. */
export function installPanels(
  app: JupyterFrontEnd,
  services: Services,
  registry: ResourceRegistry,
  restorer: ILayoutRestorer | null
): void {
  const tracker = new WidgetTracker<Panel>({ namespace: 'topsdl' });
  const { trans } = services.translation;

  registry.isVisible = ({ kind, id }) =>
    tracker.find(panel => panel.id === widgetId(kind, id))?.isVisible ?? false;
  registry.opener = (kind, id, options: OpenOptions) => {
    const open = tracker.find(panel => panel.id === widgetId(kind, id));
    if (open) {
      if (!options.background) {
        app.shell.activateById(open.id);
      }
      return;
    }
    const found = registry.panel(kind);
    if (!found) {
      throw new Error(`There is no panel for “${kind}”`);
    }
    const before = document.activeElement;
    const panel = new Panel(services, found, new PanelHandle(kind, id, options.args ?? {}), () => {
      // Back to where it was opened from, such as a row of a sidebar; else to the tab that is in front now.
      if (before instanceof HTMLElement && before.offsetParent && before !== document.body) {
        before.focus({ preventScroll: true });
      } else {
        app.shell.currentWidget?.activate();
      }
    });
    app.shell.add(panel, 'main', {
      mode: options.mode ?? 'tab-after',
      activate: !options.background,
      type: 'TopsDL'
    });
    void tracker.add(panel);
  };

  app.commands.addCommand(OPEN, {
    label: trans.__('Open a TopsDL panel'),
    describedBy: {
      args: {
        type: 'object',
        required: ['kind', 'id'],
        properties: {
          kind: {
            type: 'string',
            description: trans.__('What it is, such as dataset-version or training-run')
          },
          id: { type: 'string', description: trans.__('Its id') },
          args: { type: 'object', description: trans.__('What the panel is to begin with') }
        }
      }
    },
    execute: args =>
      registry.open(String(args['kind']), String(args['id']), {
        args: (args['args'] ?? {}) as ReadonlyJSONObject,
        background: args['background'] === true
      })
  });

  if (restorer) {
    void restorer.restore(tracker, {
      command: OPEN,
      name: ({ handle }) => `${handle.kind}:${handle.id}`,
      args: ({ handle }) => ({
        kind: handle.kind,
        id: handle.id,
        args: handle.args,
        background: true
      })
    });
  }
}
