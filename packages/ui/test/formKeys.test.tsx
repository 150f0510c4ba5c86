/** @jest-environment jsdom */
import { expect, jest, test } from '@jest/globals';
import { leave, one, press, render, type } from './dom.tsx';
import { operations } from '@topsdl/contract';
import { Form, type FormProps } from '../src/form/Form.tsx';

const { createPackageVersion } = operations.serving;

function draw(more: Partial<FormProps<unknown>> = {}) {
  const submit = jest.fn(() => Promise.resolve());
  const root = render(
    <Form<unknown>
      operation={createPackageVersion}
      title="New"
      initial={{ baseImage: 'host', port: 8080, modelVersionIds: [], algorithmVersionIds: [] }}
      hints={{ arguments: { label: 'Arguments', widget: 'chips', repeats: true } }}
      submits={[{ id: 'create', label: 'Create' }]}
      submit={submit}
      onDone={() => undefined}
      {...more}
    />
  );
  return { root, submit };
}

test('Ctrl+Enter sends the word that is still being typed', async () => {
  const { root, submit } = draw({ onCancel: () => undefined });
  const input = one<HTMLInputElement>(root, '[data-field="arguments"] input');
  type(input, 'python3');
  await press(input, 'Enter');
  type(input, 'serve.py');
  await press(input, 'Enter', { ctrlKey: true });
  expect(submit).toHaveBeenCalledWith(
    expect.objectContaining({ arguments: ['python3', 'serve.py'] }),
    'create',
    expect.anything()
  );
});

test('a form that cannot be left has no button for it, and takes no Escape', async () => {
  const { root } = draw();
  expect([...root.querySelectorAll('footer button')].map(button => button.textContent)).toEqual([
    'Create'
  ]);
  const input = one<HTMLInputElement>(root, '[data-field="arguments"] input');
  let reached = false;
  root.addEventListener('keydown', () => (reached = true));
  await press(input, 'Escape');
  expect(reached).toBe(true);
});

test('a tab with a form is called as the form is, marked while it is not sent, and closed by Escape', async () => {
  const panel = { setTitle: jest.fn(), setDirty: jest.fn(), close: jest.fn() };
  const { root } = draw({ panel });
  expect(panel.setTitle).toHaveBeenCalledWith('New');
  const input = one<HTMLInputElement>(root, '[data-field="arguments"] input');
  type(input, 'python3');
  await press(input, 'Enter');
  expect(panel.setDirty).toHaveBeenLastCalledWith(true);
  await press(input, 'Escape');
  expect(panel.close).toHaveBeenCalledTimes(1);
});

test('a number is one as people write it', () => {
  const { root } = draw({ hints: { port: { label: 'Port' } }, edits: { port: 8080 } });
  const input = one<HTMLInputElement>(root, '[data-field="port"] input');
  for (const [typed, said] of [
    ['8081', ''],
    ['1e3', 'Should be a number.'],
    ['0x10', 'Should be a number.'],
    [' 1', 'Should be a number.'],
    ['１', 'Should be a number.'],
    ['Infinity', 'Should be a number.'],
    ['-1', 'At least 1.'],
    ['1.5', 'Should be a whole number.'],
    ['8082', '']
  ] as const) {
    type(input, typed);
    leave(input);
    const fault = root.querySelector('[data-field="port"] .topsdl-Field-fault');
    expect([typed, fault?.textContent?.trim() ?? '']).toEqual([typed, said]);
  }
});

test('a form that is not right goes to what is typed into, past the steps of a number', async () => {
  const { root } = draw({
    hints: { port: { label: 'Port' } },
    edits: { port: 8080 },
    onCancel: () => undefined
  });
  const input = one<HTMLInputElement>(root, '[data-field="port"] input');
  type(input, '0x10');
  await press(input, 'Enter', { ctrlKey: true });
  expect(document.activeElement).toBe(input);
});
