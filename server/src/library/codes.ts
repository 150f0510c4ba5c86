import type { Annotation, Image, ImageState } from '@topsdl/contract';

/** Words of the contract as the small integers that rows hold. Numbers are for ever: only append. */
const STATES = ['unlabeled', 'labeled', 'cleaned'] as const satisfies readonly ImageState[];
const FORMATS = ['jpeg', 'png'] as const satisfies readonly Image['format'][];
const SOURCES = ['manual', 'auto', 'import'] as const satisfies readonly Annotation['source'][];
const KINDS = ['classification'] as const satisfies readonly Annotation['shape']['kind'][];

export type Source = (typeof SOURCES)[number];
export type Kind = (typeof KINDS)[number];
export type ImageFormat = (typeof FORMATS)[number];

function codec<T extends string>(words: readonly T[]) {
  return {
    encode: (word: T): number => words.indexOf(word),
    decode: (code: number): T => {
      const word = words[code];
      if (word === undefined) {
        throw new Error(`no word for code ${code}`);
      }
      return word;
    }
  };
}

export const stateCode = codec<ImageState>(STATES);
export const formatCode = codec<ImageFormat>(FORMATS);
export const sourceCode = codec<Source>(SOURCES);
export const kindCode = codec<Kind>(KINDS);

export const UNLABELED = stateCode.encode('unlabeled');
export const LABELED = stateCode.encode('labeled');
export const CLEANED = stateCode.encode('cleaned');
