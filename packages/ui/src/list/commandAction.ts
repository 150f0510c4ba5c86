import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { Action } from './rows.ts';

/** What a command of another feature does with a thing; empty where there is no such command, or it does not take the thing. */
export function commandAction(
  commands: CommandRegistry,
  command: string,
  args: ReadonlyJSONObject,
  look: Pick<Action, 'id'> & Partial<Action>
): Action[] {
  if (!commands.hasCommand(command) || !commands.isVisible(command, args)) {
    return [];
  }
  const icon = commands.icon(command, args);
  return [
    {
      label: commands.label(command, args),
      ...(icon && 'react' in icon ? { icon: icon as NonNullable<Action['icon']> } : {}),
      enabled: commands.isEnabled(command, args),
      run: () => commands.execute(command, args),
      ...look
    }
  ];
}
