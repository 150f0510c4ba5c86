import { Clipboard } from '@jupyterlab/apputils';

/** Copies a text; where the browser forbids its clipboard, as on plain HTTP, the old way. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext && navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    Clipboard.copyToSystem(text);
  }
}
