import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import type { LabIcon } from '@jupyterlab/ui-components';
import {
  dataIcon,
  developIcon,
  serveIcon,
  trainIcon,
  type Area,
  type ITopsTranslation,
  type TopsServices as Services
} from '@topsdl/lab';
import type { Message } from '@lumino/messaging';
import { LazyWidget, loadKit } from './lazy.tsx';

/** A sidebar that takes the focus when a command shows it: to its list, once there is one. */
class SidebarWidget extends LazyWidget {
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) {
      const row = this.node.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]');
      (row ?? this.node).focus({ preventScroll: true });
    }
  }
}

interface Bar {
  readonly area: Area;
  readonly label: string;
  readonly icon: LabIcon;
  readonly rank: number;
}

/** The four sidebars in their order. */
export function sidebars({ trans }: ITopsTranslation): readonly Bar[] {
  return [
    { area: 'data', label: trans.__('Data'), icon: dataIcon, rank: 310 },
    { area: 'develop', label: trans.__('Develop'), icon: developIcon, rank: 320 },
    { area: 'train', label: trans.__('Train'), icon: trainIcon, rank: 330 },
    { area: 'serve', label: trans.__('Serve'), icon: serveIcon, rank: 340 }
  ];
}

/** Makes the sidebars. One whose sections the user may not see is not there. */
export function installSidebars(
  app: JupyterFrontEnd,
  services: Services,
  restorer: ILayoutRestorer | null
): void {
  const { registry, session, translation } = services;
  for (const { area, label, icon, rank } of sidebars(translation)) {
    let bar: LazyWidget | null = null;
    const update = () => {
      const wanted = registry.sections.some(
        section =>
          section.area === area && (session.state !== 'signed-in' || session.may(...section.anyOf))
      );
      if (wanted && !bar) {
        bar = new SidebarWidget(services, async () => {
          const { kit, host } = await loadKit(services);
          return () => <kit.Sidebar host={host} area={area} label={label} />;
        });
        bar.id = `topsdl-${area}`;
        bar.addClass('topsdl-Sidebar');
        bar.title.icon = icon;
        bar.title.caption = label;
        bar.node.setAttribute('aria-label', label);
        bar.node.setAttribute('role', 'region');
        restorer?.add(bar, bar.id);
        app.shell.add(bar, 'left', { rank, type: 'TopsDL' });
      } else if (!wanted && bar) {
        bar.dispose();
        bar = null;
      }
    };
    update();
    registry.changed.connect(update);
    session.changed.connect(update);
  }
}
