import { describe, expect, test } from '@jest/globals';
import { packImages } from '../src/packing.ts';

const file = (name: string, lastModified = 1) => new File([name], name, { lastModified });
const many = (count: number) => Array.from({ length: count }, (_, i) => file(`${i}.jpg`, i));
const names = (files: readonly File[]) => files.map(({ name }) => name);

describe('chosen files', () => {
  test('go as they are, as long as they are few', () => {
    const files = [...many(20), file('a.zip'), file('notes.txt')];
    expect(packImages(files)).toEqual(files);
  });

  test('of many images go as one archive, the others beside it', () => {
    const files = [file('a.zip'), ...many(3000), file('notes.txt')];
    const packed = packImages(files);
    expect(names(packed)).toEqual(['a.zip', 'notes.txt', 'images.tar']);
    const [first, again] = [packed.at(-1), packImages(files).at(-1)];
    expect(first?.size).toBeGreaterThan(3000 * 512);
    expect([again?.size, again?.lastModified]).toEqual([first?.size, 2999]);
  });
});
