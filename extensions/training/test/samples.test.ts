import { describe, expect, test } from '@jest/globals';
import type { NodeStats } from '@topsdl/contract';
import { groupSeries, mergeSamples, seriesOf } from '../src/samples.ts';

const sample = (node: string, second: number, cpu = 1): NodeStats => ({
  node,
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  cpu,
  memoryBytes: 0,
  cards: 0,
  receivedBytes: 0,
  sentBytes: 0
});

describe('samples', () => {
  test('that came twice are taken once, node by node', () => {
    const known = [sample('master', 1), sample('worker', 1), sample('master', 2)];
    const merged = mergeSamples(known, [sample('master', 2), sample('worker', 2)]);
    expect(merged.map(({ node, time }) => `${node} ${time.slice(17, 19)}`)).toEqual([
      'master 01',
      'worker 01',
      'master 02',
      'worker 02'
    ]);
    expect(mergeSamples(merged, known)).toBe(merged);
  });

  test('become a line a node', () => {
    const all = [sample('worker', 1, 3), sample('master', 1, 2), sample('master', 2, 4)];
    const lines = seriesOf(
      all,
      s => s.cpu,
      name => name.toUpperCase()
    );
    expect(lines.map(line => [line.label, line.points.map(([, y]) => y)])).toEqual([
      ['MASTER', [2, 4]],
      ['WORKER', [3]]
    ]);
  });
});

test('curves are drawn together by the first word of their tags', () => {
  const curve = (tag: string) => ({ tag, steps: [], values: [], times: [] });
  const grouped = (...tags: string[]) =>
    [...groupSeries(tags.map(curve))].map(([name, curves]) => [name, ...curves.map(c => c.label)]);
  expect(grouped('loss/train', 'loss/test', 'rate')).toEqual([
    ['loss', 'train', 'test'],
    ['rate', 'rate']
  ]);
  // A program that writes all its events into one directory has two charts all the same.
  expect(grouped('events/loss/train', 'events/accuracy/test')).toEqual([
    ['loss', 'train'],
    ['accuracy', 'test']
  ]);
  expect(grouped('loss/train', 'loss/test')).toEqual([['loss', 'train', 'test']]);
  expect(grouped()).toEqual([]);
});
