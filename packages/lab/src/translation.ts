import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

/** The suite's strings in the user's language. */
export interface ITopsTranslation {
  /** Bundle of the domain `topsdl`; call it `trans`, or the strings are not extracted. */
  readonly trans: TranslationBundle;
  /** Which sentences of the contract's catalogue to show. */
  readonly language: 'en' | 'zh';
  /** BCP 47 tag for numbers and dates. */
  readonly locale: string;
}

export const ITopsTranslation = new Token<ITopsTranslation>(
  '@topsdl/lab:ITopsTranslation',
  'The translation bundle of TopsDL.'
);
