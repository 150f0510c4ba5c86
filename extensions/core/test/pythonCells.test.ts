import { expect, test } from '@jest/globals';
import { edits, knowsTopsdl } from '../src/pythonCells.ts';

/** The cell after something was dropped at the mark `|`. */
function dropped(cell: string, known = false): string {
  const offset = cell.indexOf('|');
  let source = cell.replace('|', '');
  for (const { at, text } of edits(source, offset, 'topsdl.model("m")', known)) {
    source = source.slice(0, at) + text + source.slice(at);
  }
  return source;
}

test('what is dropped lands where the pointer is', () => {
  expect(dropped('m = |\nm.files()', true)).toBe('m = topsdl.model("m")\nm.files()');
  expect(dropped('|', true)).toBe('topsdl.model("m")');
});

test('a notebook that does not know the package gets the import above', () => {
  expect(dropped('|')).toBe('import topsdl\ntopsdl.model("m")');
  expect(dropped('x = 1\nm = |')).toBe('import topsdl\nx = 1\nm = topsdl.model("m")');
});

test('a cell magic stays in the first line', () => {
  expect(dropped('%%time\nm = |')).toBe('%%time\nimport topsdl\nm = topsdl.model("m")');
  expect(dropped('%%ti|me\nx')).toBe('%%time\nimport topsdl\ntopsdl.model("m")\nx');
  expect(dropped('%%time|')).toBe('%%time\nimport topsdl\ntopsdl.model("m")');
});

test('what makes the package known is recognised', () => {
  expect(knowsTopsdl('%load_ext topsdl')).toBe(true);
  expect(knowsTopsdl('import os\n  import topsdl  # ours')).toBe(true);
  expect(knowsTopsdl('import os, topsdl')).toBe(true);
  expect(knowsTopsdl('import topsdl as t')).toBe(false);
  expect(knowsTopsdl('from topsdl import connect')).toBe(false);
  expect(knowsTopsdl('# import topsdl')).toBe(false);
});
