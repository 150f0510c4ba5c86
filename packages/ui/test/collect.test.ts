import { expect, test } from '@jest/globals';
import type { Contents } from '@jupyterlab/services';
import { collectFiles } from '../src/files/collect.ts';

type Tree = { readonly [name: string]: Tree | number };

/** JupyterLab's files, of a tree whose leaves are sizes. */
function contentsOf(tree: Tree): Pick<Contents.IManager, 'get'> {
  const at = (path: string): Tree | number | undefined =>
    path
      .split('/')
      .filter(Boolean)
      .reduce<Tree | number | undefined>(
        (place, part) => (typeof place === 'object' ? place[part] : undefined),
        tree
      );
  const model = (path: string): Contents.IModel => {
    const found = at(path);
    return {
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      type: typeof found === 'number' ? 'file' : 'directory',
      ...(typeof found === 'number' ? { size: found } : {})
    } as Contents.IModel;
  };
  return {
    get: (path, options) => {
      const found = at(path);
      if (found === undefined) {
        return Promise.reject(new Error(`no ${path}`));
      }
      const names = typeof found === 'object' ? Object.keys(found) : [];
      return Promise.resolve({
        ...model(path),
        content: options?.content ? names.map(name => model(`${path}/${name}`)) : null
      });
    }
  };
}

const tree: Tree = {
  digits: {
    'train.py': 10,
    lib: { '__init__.py': 0, 'cafe\u0301.py': 4, __pycache__: { 'x.pyc': 9 } },
    '.ipynb_checkpoints': { 'train-checkpoint.py': 9 },
    'bad\\name.txt': 1
  },
  'model.onnx': 7
};
const paths = async (...marked: string[]) => {
  const { files, bytes, unfit } = await collectFiles(contentsOf(tree), marked);
  return { files: files.map(({ path, source }) => [path, source]), bytes, unfit };
};

test('of one directory the files come directly, without what programs left there', async () => {
  expect(await paths('digits')).toEqual({
    files: [
      ['train.py', 'digits/train.py'],
      ['lib/__init__.py', 'digits/lib/__init__.py'],
      ['lib/caf\u00e9.py', 'digits/lib/cafe\u0301.py']
    ],
    bytes: 14,
    unfit: ['bad\\name.txt']
  });
});

test('several things keep their names', async () => {
  expect(await paths('digits/lib', 'model.onnx')).toMatchObject({
    files: [
      ['lib/__init__.py', 'digits/lib/__init__.py'],
      ['lib/caf\u00e9.py', 'digits/lib/cafe\u0301.py'],
      ['model.onnx', 'model.onnx']
    ]
  });
});

test('a file by itself is taken by its name', async () => {
  expect(await paths('digits/train.py')).toMatchObject({
    files: [['train.py', 'digits/train.py']],
    bytes: 10
  });
});

test('what was cancelled ends', async () => {
  const aborter = new AbortController();
  aborter.abort();
  await expect(collectFiles(contentsOf(tree), ['digits'], aborter.signal)).rejects.toThrow();
});
