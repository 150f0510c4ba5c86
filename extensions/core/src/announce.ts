import { Notification } from '@jupyterlab/apputils';
import type { TopsServices, WorkReport } from '@topsdl/lab';

/** How long it is shown, in milliseconds; it stays behind the bell. */
const SHOWN = { completed: 8000, failed: 20_000 };

/** Says that work has ended, with a button that leads to it. */
export function announceEnding(
  { registry, translation }: TopsServices,
  { name, panels, reason, state }: WorkReport
): void {
  const { trans } = translation;
  const place = panels.find(({ kind }) => registry.canOpen(kind));
  const actions = place
    ? [{ label: trans.__('Open'), callback: () => registry.open(place.kind, place.id) }]
    : [];
  if (state === 'failed') {
    const text = reason ? trans.__('%1 failed: %2', name, reason) : trans.__('%1 failed.', name);
    Notification.error(text, { autoClose: SHOWN.failed, actions });
  } else {
    const text = trans.__('%1 is completed.', name);
    Notification.success(text, { autoClose: SHOWN.completed, actions });
  }
}
