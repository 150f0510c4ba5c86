import { describe, expect, test } from '@jest/globals';
import { createClient } from '@topsdl/client';
import { ImageWindow } from '../src/images.ts';

/** A server of `count` images that answers when told to. */
function serve(count: number) {
  const asked: { skip: number; answer: () => void }[] = [];
  const client = createClient({
    baseUrl: 'http://topsdl/',
    fetch: (address, init) => {
      const query = new URL(String(address)).searchParams;
      const skip = Number(query.get('skip'));
      const limit = Number(query.get('limit'));
      const ids = Array.from({ length: Math.max(0, Math.min(limit, count - skip)) }, (_, i) => ({
        id: `image-${skip + i}`
      }));
      return new Promise((resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        asked.push({
          skip,
          answer: () => resolve(Response.json({ items: ids, total: count }))
        });
      });
    }
  });
  return { client, asked };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('a window on the images', () => {
  test('asks for the pages that are looked at, and for no other', async () => {
    const { client, asked } = serve(100_000);
    const faults: unknown[] = [];
    const images = new ImageWindow(
      client,
      'v',
      { state: 'unlabeled' },
      () => undefined,
      error => faults.push(error)
    );
    images.look(0, 50);
    asked[0]?.answer();
    await turn();
    images.look(90_150, 90_250);
    asked.slice(1).forEach(request => request.answer());
    await turn();
    expect(asked.map(request => request.skip)).toEqual([0, 90_000, 90_200]);
    expect(images.total).toBe(100_000);
    expect(images.at(90_222)?.id).toBe('image-90222');
    expect(images.at(400)).toBeUndefined();
    expect(faults).toEqual([]);
  });

  test('keeps what is shown while it asks anew, and drops what is scrolled past', async () => {
    const { client, asked } = serve(5_000);
    const images = new ImageWindow(client, 'v', { state: 'labeled' }, () => undefined, fail);
    images.look(0, 20);
    asked[0]?.answer();
    await turn();
    images.invalidate();
    expect(images.at(3)?.id).toBe('image-3');
    images.look(4_000, 4_020);
    expect(asked.map(request => request.skip)).toEqual([0, 0, 4_000]);
    asked.forEach(request => request.answer());
    await turn();
    expect(images.at(4_010)?.id).toBe('image-4010');
  });

  test('gathers places that were never on screen', async () => {
    const { client, asked } = serve(1_000);
    const images = new ImageWindow(client, 'v', { state: 'labeled' }, () => undefined, fail);
    const gathered = images.gather([1, 250, 999]);
    while (asked.length < 3) {
      asked.at(-1)?.answer();
      await turn();
    }
    asked.forEach(request => request.answer());
    expect((await gathered).map(image => image.id)).toEqual(['image-1', 'image-250', 'image-999']);
  });
});

function fail(error: unknown): never {
  throw error;
}
