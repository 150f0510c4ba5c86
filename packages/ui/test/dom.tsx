import './browser.ts';
import { nullTranslator } from '@jupyterlab/translation';
import type { Client } from '@topsdl/client';
import type { ITopsTranslation } from '@topsdl/lab';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { HostProvider, type Host } from '../src/host.tsx';

const trans = nullTranslator.load('topsdl');
const translation: ITopsTranslation = { trans, language: 'en', locale: 'en' };

/** A host without a server, for components that ask for none. */
export const host = {
  trans,
  translation,
  client: {} as Client,
  session: {
    state: 'signed-in',
    session: { user: { id: 'u', name: 'user' }, permissions: [] },
    project: { id: 'p', name: 'project' },
    changed: { connect: () => true, disconnect: () => true },
    may: () => true
  }
} as unknown as Host;

/** Draws a component into the document. */
export function render(node: React.ReactNode): HTMLElement {
  const element = document.body.appendChild(document.createElement('div'));
  act(() => createRoot(element).render(<HostProvider host={host}>{node}</HostProvider>));
  return element;
}

/** What a test looks for; it fails where it is not there. */
export function one<E extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) {
    throw new Error(`nothing matches ${selector}`);
  }
  return found;
}

/** Types into an input as a person does, for React to notice. */
export function type(input: HTMLInputElement, text: string): void {
  act(() => {
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {};
    set?.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

/** Presses a key; whether somebody took it. */
export async function press(
  target: Element,
  key: string,
  modifiers: KeyboardEventInit = {}
): Promise<boolean> {
  const event = new KeyboardEvent('keydown', {
    key,
    bubbles: true,
    cancelable: true,
    ...modifiers
  });
  // What the key begins may go on after it, such as sending a form.
  await act(async () => {
    target.dispatchEvent(event);
    await Promise.resolve();
  });
  return event.defaultPrevented;
}

/** Moves the focus out of a field. */
export function leave(field: HTMLElement): void {
  act(() => {
    field.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
  });
}
