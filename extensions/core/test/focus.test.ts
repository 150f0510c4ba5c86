/** @jest-environment jsdom */
import { beforeEach, expect, test } from '@jest/globals';
import { keepFocus } from '../src/focus.ts';

beforeEach(() => document.body.replaceChildren());

/** A panel with a button in a step in a part. */
function panel() {
  const node = document.createElement('div');
  node.tabIndex = -1;
  node.innerHTML = '<div id="part" tabindex="-1"><p><button>Next</button></p></div>';
  document.body.append(node);
  const button = node.querySelector('button') as HTMLButtonElement;
  button.focus();
  return { node, button, part: node.querySelector('#part') as HTMLElement };
}

/** After what observers of mutations do. */
const settled = () => new Promise(resolve => setTimeout(resolve));

test('the part around takes the focus of what is taken away, else the panel', async () => {
  const { node, button, part } = panel();
  const kept = keepFocus(node);
  button.blur();
  button.focus();
  // Chromium says that what is taken away has lost the focus.
  button.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
  button.remove();
  await settled();
  expect(document.activeElement).toBe(part);
  part.remove();
  await settled();
  expect(document.activeElement).toBe(node);
  kept.dispose();
});

test('what has the focus elsewhere keeps it, and so does who left by himself', async () => {
  const { node, button } = panel();
  keepFocus(node);
  const other = document.body.appendChild(document.createElement('input'));
  other.focus();
  button.remove();
  await settled();
  expect(document.activeElement).toBe(other);
  other.blur();
  node.focus();
  node.blur();
  await settled();
  node.replaceChildren();
  await settled();
  expect(document.activeElement).toBe(document.body);
});
