import { expect, test } from '@jest/globals';
import { argumentsOf } from '../src/form/chips.tsx';

test('a line of arguments is taken apart as a shell would', () => {
  expect(argumentsOf('serve.py --port 8080  --port 8080')).toEqual([
    'serve.py',
    '--port',
    '8080',
    '--port',
    '8080'
  ]);
  expect(argumentsOf(`sh -c 'a, b' "" x"y z"`)).toEqual(['sh', '-c', 'a, b', '', 'xy z']);
  expect(argumentsOf('say "it is open')).toEqual(['say', 'it is open']);
  expect(argumentsOf('  ')).toEqual([]);
});
