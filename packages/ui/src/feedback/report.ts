import { Notification } from '@jupyterlab/apputils';
import { describeError, type Speaker } from './sentences.ts';

/** Shows an error that belongs to no field and no list. */
export function reportError(speaker: Speaker, error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') {
    return;
  }
  Notification.error(describeError(speaker, error), { autoClose: 10_000 });
}

/** Says that something is done, where nothing on the screen shows it. */
export function notify(text: string): void {
  Notification.success(text, { autoClose: 4000 });
}
