import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, fileModel, parse, withContent } from '../src/drive/model.ts';

const entry = (name: string) => ({
  name,
  path: name,
  kind: 'file' as const,
  bytes: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z'
});

async function written(model: Parameters<typeof bytesOf>[0]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob([bytesOf(model)]).arrayBuffer());
}

describe('a path of the drive', () => {
  test('is a set, a version, and a path inside of it', () => {
    expect(parse('')).toEqual({ path: '' });
    expect(parse('数字')).toEqual({ set: '数字', path: '' });
    expect(parse('a ~public/v12/包/训练.py')).toEqual({
      set: 'a ~public',
      version: 12,
      path: '包/训练.py'
    });
    expect(parse('/a/v1/')).toEqual({ set: 'a', version: 1, path: '' });
    expect(parse('a/train.py')).toEqual({ set: 'a', path: 'train.py' });
  });
});

describe('content', () => {
  test('of any bytes comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
        const file = fileModel(entry('x.bin'), 'a/v1', true);
        const model = withContent(file, bytes.slice().buffer, {});
        expect(await written(model!)).toEqual(new Uint8Array(bytes));
      })
    );
  });

  test('larger than one block is encoded whole', async () => {
    const bytes = new Uint8Array(100_000).map((_, index) => (index * 7) % 256);
    const model = withContent(fileModel(entry('x'), 'a/v1', true), bytes.buffer, {
      format: 'base64'
    });
    expect(await written(model!)).toEqual(bytes);
  });

  test('that is no text is not shown as if it were', () => {
    const model = fileModel(entry('x.txt'), 'a/v1', true);
    const bytes = new Uint8Array([0xff, 0xfe, 0x00]).buffer;
    expect(withContent(model, bytes, { format: 'text' })).toBeUndefined();
  });

  test('of a notebook is JSON, unless it is opened as a file', () => {
    const model = fileModel(entry('n.ipynb'), 'a/v1', true);
    const bytes = new TextEncoder().encode('{"cells":[]}').buffer;
    expect(withContent(model, bytes, {})?.content).toEqual({ cells: [] });
    expect(withContent(model, bytes, { type: 'file' })).toMatchObject({
      type: 'file',
      format: 'text',
      content: '{"cells":[]}'
    });
  });
});
