/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { one, render } from './dom.tsx';
import { act } from 'react';
import { Frame } from '../src/detail/Frame.tsx';

/** The keys that reach the document around a frame, when they are pressed inside of it. */
function heard(sameOrigin: boolean, taken: boolean): string[] {
  const root = render(<Frame title="Netron" src="about:blank" sameOrigin={sameOrigin} />);
  const frame = one<HTMLIFrameElement>(root, 'iframe');
  act(() => void frame.dispatchEvent(new Event('load')));
  const keys: string[] = [];
  document.addEventListener('keydown', event => keys.push(`${event.key} ${event.keyCode}`));
  const inner = frame.contentDocument as Document;
  if (taken) {
    inner.body.addEventListener('keydown', event => event.preventDefault());
  }
  for (const [key, keyCode, ctrlKey] of [
    ['C', 67, true],
    ['f', 70, false]
  ] as const) {
    inner.body.dispatchEvent(
      new KeyboardEvent('keydown', { key, keyCode, ctrlKey, bubbles: true, cancelable: true })
    );
  }
  return keys;
}

test('what is pressed with Ctrl inside of our own frames reaches JupyterLab', () => {
  expect(heard(true, false)).toEqual(['C 67']);
});

test('what the framed page has taken stays inside, and so does everything of other pages', () => {
  expect(heard(true, true)).toEqual([]);
  expect(heard(false, false)).toEqual([]);
});
