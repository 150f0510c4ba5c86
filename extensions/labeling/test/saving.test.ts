import { describe, expect, test } from '@jest/globals';
import type { Batch } from '@topsdl/annotator';
import { browserJournal } from '../src/saving.ts';

/** The browser's storage, with room for so many characters. */
class MemoryStorage implements Storage {
  private readonly items = new Map<string, string>();
  private readonly room: number;
  [name: string]: unknown;

  constructor(room = Infinity) {
    this.room = room;
  }

  get length(): number {
    return this.items.size;
  }

  clear(): void {
    this.items.clear();
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  key(index: number): string | null {
    return [...this.items.keys()].sort().reverse()[index] ?? null;
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  setItem(key: string, value: string): void {
    this.items.delete(key);
    const used = [...this.items].reduce((sum, [name, text]) => sum + name.length + text.length, 0);
    if (used + key.length + value.length > this.room) {
      throw new DOMException('full', 'QuotaExceededError');
    }
    this.items.set(key, value);
  }
}

const batch = (key: string, images = 1): Batch => ({
  key,
  changes: Array.from({ length: images }, (_, at) => ({
    imageId: `image-${at}`,
    revision: 1,
    shapes: []
  }))
});
const keys = (batches: readonly Batch[]) => batches.map(({ key }) => key);

describe('the journal in the browser', () => {
  test('gives back in their order what was kept and not forgotten, each user and version its own', () => {
    const storage = new MemoryStorage();
    const journal = browserJournal(storage, 'me', 'v1', () => 5);
    browserJournal(storage, 'you', 'v1').keep(batch('theirs'));
    browserJournal(storage, 'me', 'v2').keep(batch('elsewhere'));
    for (let i = 0; i < 12; i++) {
      journal.keep(batch(`b${i}`));
    }
    journal.forget('b3');
    journal.keep(batch('new'), 'b4');
    const again = browserJournal(storage, 'me', 'v1', () => 6);
    expect(keys(again.read())).toEqual([
      'b0',
      'b1',
      'b2',
      'new',
      ...Array.from({ length: 7 }, (_, i) => `b${i + 5}`)
    ]);
    again.keep(batch('later'));
    again.read().forEach(({ key }) => again.forget(key));
    expect(again.read()).toEqual([]);
    expect(storage.length).toBe(2);
  });

  test('of two tabs none forgets what the other has not saved', () => {
    const storage = new MemoryStorage();
    const one = browserJournal(storage, 'me', 'v1', () => 1);
    const other = browserJournal(storage, 'me', 'v1', () => 2);
    one.keep(batch('one'));
    other.keep(batch('other'));
    one.forget('one');
    expect(keys(browserJournal(storage, 'me', 'v1').read())).toEqual(['other']);
  });

  test('keeps nobody from saving when it has no room, and keeps what fits', () => {
    const storage = new MemoryStorage(10_000);
    const journal = browserJournal(storage, 'me', 'v1');
    journal.keep(batch('small'));
    expect(() => journal.keep(batch('large', 5000))).not.toThrow();
    journal.keep(batch('next'));
    expect(keys(journal.read())).toEqual(['small', 'next']);
    journal.forget('large');
  });

  test('passes over what something else has written', () => {
    const storage = new MemoryStorage();
    storage.setItem('topsdl:labeling:me:v1:x', '{');
    storage.setItem('topsdl:labeling:me:v1:y', '[1]');
    expect(browserJournal(storage, 'me', 'v1').read()).toEqual([]);
  });
});
