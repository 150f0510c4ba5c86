import { expect, test } from '@jest/globals';
import { versionSearch } from '../src/form/versions.ts';

const numbers = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => ({ number: from - index }));
const owner = (name: string, count: number) => ({
  name,
  versionCount: count,
  versions: numbers(count, Math.max(1, count - 4))
});
const owners = [owner('digits', 12), owner('faces', 2), owner('plates', 6), owner('roads', 1)];

const search = versionSearch(
  name => Promise.resolve(owners.filter(candidate => candidate.name.includes(name))),
  ({ versionCount }) => Promise.resolve(numbers(versionCount, 1)),
  ({ name }, { number }) => ({ value: `${name}${number}`, label: `${name} v${number}` })
);
const labels = async (text: string) => (await search(text)).map(({ label }) => label);

test('of many the newest versions are choices', async () => {
  const all = await labels('');
  expect(all).toContain('digits v8');
  expect(all).not.toContain('digits v7');
  expect(all).toHaveLength(5 + 2 + 5 + 1);
});

test('of what the words single out every version is', async () => {
  expect(await labels('digit')).toHaveLength(12);
  expect(await labels('plates')).toContain('plates v1');
});

test('a version is found by what it is called', async () => {
  expect(await labels('digits v7')).toEqual(['digits v7']);
  expect(await labels('digits v1')).toEqual([
    'digits v12',
    'digits v11',
    'digits v10',
    'digits v1'
  ]);
  expect(await labels('digits v')).toHaveLength(12);
  expect(await labels('nothing v1')).toEqual([]);
});
