import { confirm, type Host } from '@topsdl/ui';

/** Asks before something is deleted. */
export function confirmDelete(host: Host, name: string): Promise<boolean> {
  const { trans } = host;
  return confirm(host, {
    title: trans.__('Delete %1?', name),
    text: trans.__('This cannot be undone.'),
    accept: trans.__('Delete'),
    danger: true
  });
}
