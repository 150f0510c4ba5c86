import { expect, test } from '@jest/globals';
import type { LogLine } from '@topsdl/contract';
import { lastReturn, plain, spans } from '../src/logs/ansi.ts';
import { columnsOf, WrapLayout } from '../src/logs/layout.ts';
import { inOrder, shortNode } from '../src/logs/nodes.ts';
import { LogModel, severityOf } from '../src/logs/model.ts';

const line = (text: string, node = 'master-0'): LogLine => ({
  node,
  text,
  stream: 'stdout',
  time: '2026-01-01T00:00:00.000Z'
});

test('escapes become looks, and never anything else', () => {
  expect(spans('\u001b[31;1mred\u001b[0m plain')).toEqual([
    {
      text: 'red',
      look: ['bold', 'red'].toSorted((a, b) => (a === 'red' ? -1 : b === 'red' ? 1 : 0))
    },
    { text: ' plain', look: [] }
  ]);
  const hostile =
    'a\u001b]8;;http://x\u0007link\u001b]8;;\u0007\u001b[2J\u001b]52;c;ZWNobw==\u0007\u001bPq\u001b\\b\u0000\u0008<script>';
  expect(plain(hostile)).toBe('alinkb<script>');
  expect(
    spans(hostile)
      .map(({ text }) => text)
      .join('')
  ).toBe('alinkb<script>');
  // 256 colours and true colour take their arguments with them.
  expect(spans('\u001b[38;5;31mx')).toEqual([{ text: 'x', look: [] }]);
  expect(plain('\u001b[38;2;1;2;3mtab\there')).toBe('tab\there');
});

test('of a progress bar that returns, the last state is kept', () => {
  expect(lastReturn('10%\r50%\r100%\r')).toBe('100%');
});

test('errors are found, and what only speaks of none is not', () => {
  expect(severityOf('ValueError: bad')).toBe('error');
  expect(severityOf('Traceback (most recent call last):')).toBe('error');
  expect(severityOf('finished with 0 errors')).toBeNull();
  expect(severityOf('WARNING: slow')).toBe('warning');
  expect(severityOf('mirrored terror')).toBeNull();
});

test('the lines of one node, a search in them, and the first error among them', () => {
  const model = new LogModel();
  model.append([
    line('one'),
    line('two', 'worker-0'),
    line('ERROR here'),
    line('error there', 'worker-0')
  ]);
  expect([model.lineCount, model.shown, model.errors]).toEqual([4, 4, 2]);
  expect(model.firstError()).toBe(2);
  model.show('worker-0');
  expect(model.shown).toBe(2);
  expect(model.firstError()).toBe(1);
  expect(model.line(1)).toMatchObject({ number: 4, node: 'worker-0', text: 'error there' });
  model.find('ERROR');
  expect(model.found).toEqual([1]);
  model.append([line('error of the other'), line('last Error', 'worker-0')]);
  expect(model.found).toEqual([1, 2]);
  model.show(null);
  expect(model.found).toEqual([2, 3, 4, 5]);
});

test('a million lines are taken and laid out within seconds', () => {
  const model = new LogModel();
  const part = Array.from({ length: 10_000 }, (_, index) => line(`epoch ${index} loss 0.${index}`));
  const began = Date.now();
  for (let count = 0; count < 100; count += 1) {
    model.append(part);
  }
  const layout = new WrapLayout(model, 80);
  layout.update();
  expect(model.lineCount).toBe(1_000_000);
  expect(layout.rowAt(layout.top(777_777))).toBe(777_777);
  expect(Date.now() - began).toBeLessThan(20_000);
});

test('wrapped lines take as many rows as their columns need, wide characters two', () => {
  expect(columnsOf('ab数据')).toBe(6);
  const model = new LogModel();
  model.append([line('x'.repeat(25)), line('short'), line('数'.repeat(10))]);
  const layout = new WrapLayout(model, 10);
  layout.update();
  expect([layout.linesOf(0), layout.linesOf(1), layout.linesOf(2), layout.total]).toEqual([
    3, 1, 2, 6
  ]);
  expect([layout.rowAt(0), layout.rowAt(2), layout.rowAt(3), layout.rowAt(5)]).toEqual([
    0, 0, 1, 2
  ]);
});

test('nodes are called by their part in the run, the master first', () => {
  expect(inOrder(['t-1-worker-10', 't-1-worker-2', 't-1-master-0']).map(shortNode)).toEqual([
    'master-0',
    'worker-2',
    'worker-10'
  ]);
  expect(shortNode('somewhere')).toBe('somewhere');
});
