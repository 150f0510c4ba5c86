/** @jest-environment jsdom */
import './browser.ts';
import { expect, test } from '@jest/globals';
import { nullTranslator } from '@jupyterlab/translation';
import { speak } from '../src/feedback/speak.ts';

const trans = nullTranslator.load('topsdl');
const english = { trans, language: 'en', locale: 'en' } as const;

test('amounts of a resource are said with their unit, the resource by its name', () => {
  const params = { resource: 'memory', requested: 32 * 1024 ** 3, limit: 16 * 1024 ** 3 };
  expect(speak(english, 'never-fits', params)).toBe(
    'Memory: 32 GiB asked for, 16 GiB is all there is.'
  );
  const cards = { resource: 'requests.enflame.com/dtu', requested: 2, used: 3, limit: 4 };
  expect(speak(english, 'waits-for-quota', cards)).toBe(
    'Waits for DTU cards: 2 asked for, 3 of 4 in use.'
  );
});

test('what a newer server says is passed on as it is', () => {
  expect(speak(english, 'never-heard-of', {}, 'The moon is full.')).toBe('The moon is full.');
});
