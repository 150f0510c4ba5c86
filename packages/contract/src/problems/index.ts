import { amountOf } from './amounts.ts';
import { datasets } from './datasets.ts';
import { kernel } from './kernel.ts';
import { rules } from './rules.ts';
import type { Sentence } from './sentence.ts';
import { serving } from './serving.ts';
import { sets } from './sets.ts';
import { training } from './training.ts';
import { wordOf } from './words.ts';

export { isBytes, scaleBytes } from './amounts.ts';

/** Every code the product answers with, and its sentence in both languages. */
export const catalogue = { ...kernel, ...rules, ...datasets, ...sets, ...training, ...serving };

export type Code = keyof typeof catalogue;

/** Codes that are answered as problems, with an HTTP status of their own. */
export type ProblemCode = {
  [C in Code]: (typeof catalogue)[C] extends { readonly status: number } ? C : never;
}[Code];

export type Language = 'en' | 'zh';

/** Values of a sentence's parameters. */
export type Params = Readonly<Record<string, string | number | boolean | null>>;

export function isCode(code: string): code is Code {
  return Object.hasOwn(catalogue, code);
}

/**
 * The sentence of a code. An unknown code, from a newer server, gives the code itself; a parameter
 * that is missing keeps its braces, so that the gap is seen.
 */
export function sentence(code: string, params: Params = {}, language: Language = 'en'): string {
  if (!isCode(code)) {
    return code;
  }
  const entry: Sentence = catalogue[code];
  return entry[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined || value === null) {
      return whole;
    }
    return typeof value === 'number'
      ? amountOf(name, value, params.resource)
      : wordOf(name, String(value), language);
  });
}

/** The HTTP status of a problem code. */
export function statusOf(code: ProblemCode): number {
  return catalogue[code].status;
}

/** `zh` where an Accept-Language header or a locale prefers Chinese, else `en`. */
export function languageOf(header: string | undefined | null): Language {
  const ranked = (header ?? '')
    .split(',')
    .map((part, index) => {
      const [tag = '', ...options] = part.trim().split(';');
      const weight = options.map(o => /^\s*q=([\d.]+)$/.exec(o)?.[1]).find(q => q !== undefined);
      return { tag: tag.toLowerCase(), weight: weight === undefined ? 1 : Number(weight), index };
    })
    .filter(entry => /^(zh|en)\b/.test(entry.tag) && entry.weight > 0)
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  return ranked[0]?.tag.startsWith('zh') ? 'zh' : 'en';
}
