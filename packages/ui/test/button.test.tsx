/** @jest-environment jsdom */
import { expect, jest, test } from '@jest/globals';
import { one, render } from './dom.tsx';
import { act, useState } from 'react';
import { Button } from '../src/feedback/states.tsx';

let setDisabled: (disabled: boolean) => void;

function Sends({ onClick, onSubmit }: { onClick(): void; onSubmit(): void }) {
  const [disabled, set] = useState(false);
  setDisabled = set;
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Button submit disabled={disabled} onClick={onClick}>
        Send
      </Button>
    </form>
  );
}

test('a button that is greyed out while it works keeps the focus, and does nothing', () => {
  const [onClick, onSubmit] = [jest.fn(), jest.fn()];
  const root = render(<Sends onClick={onClick} onSubmit={onSubmit} />);
  const button = one<HTMLButtonElement>(root, 'button');
  button.focus();
  act(() => setDisabled(true));
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-disabled')).toBe('true');
  act(() => button.click());
  expect(onClick).not.toHaveBeenCalled();
  expect(onSubmit).not.toHaveBeenCalled();
  act(() => setDisabled(false));
  act(() => button.click());
  expect(onClick).toHaveBeenCalledTimes(1);
  expect(onSubmit).toHaveBeenCalledTimes(1);
});
