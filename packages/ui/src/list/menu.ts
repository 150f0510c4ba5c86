import { CommandRegistry } from '@lumino/commands';
import { MenuSvg } from '@jupyterlab/ui-components';
import type { Action } from './rows.ts';

/** Opens JupyterLab's menu with what can be done with a thing; the focus returns where it was. */
export function openMenu(actions: readonly Action[], x: number, y: number): void {
  if (actions.length === 0) {
    return;
  }
  const commands = new CommandRegistry();
  const menu = new MenuSvg({ commands });
  for (const action of actions) {
    commands.addCommand(action.id, {
      label: action.label,
      caption: action.why ?? '',
      ...(action.icon && { icon: action.icon }),
      className: action.danger ? 'topsdl-mod-danger' : '',
      isEnabled: () => action.enabled ?? true,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => void action.run()
    });
    if (action.key) {
      commands.addKeyBinding({ command: action.id, keys: [action.key], selector: 'body' });
    }
    if (action.separator) {
      menu.addItem({ type: 'separator' });
    }
    menu.addItem({ command: action.id });
  }
  const before = document.activeElement;
  menu.aboutToClose.connect(() => {
    if (before instanceof HTMLElement) {
      before.focus();
    }
  });
  menu.open(x, y);
}

/** Opens the menu below a button. */
export function openMenuAt(actions: readonly Action[], anchor: Element): void {
  const { left, bottom } = anchor.getBoundingClientRect();
  openMenu(actions, left, bottom);
}
