import { readFileSync } from 'node:fs';

const CATALOG = new URL('../python/topsdl/locale/zh_CN/LC_MESSAGES/topsdl.po', import.meta.url);

/** Looks up what stands on the screen: specs name strings in English, as the sources do. */
export type Words = (english: string, ...values: readonly (string | number)[]) => string;

/** The strings of a PO file's single quoted lines, joined. */
function textOf(block: string, keyword: string): string | undefined {
  const found = new RegExp(`^${keyword} ((?:"(?:[^"\\\\]|\\\\.)*"\\s*)+)`, 'm').exec(block);
  return found?.[1]
    ?.trim()
    .split('\n')
    .map(line => JSON.parse(line.trim()) as string)
    .join('');
}

function chinese(): Map<string, string> {
  const words = new Map<string, string>();
  for (const block of readFileSync(CATALOG, 'utf8').split(/\n\n+/)) {
    const english = textOf(block, 'msgid');
    const text = textOf(block, 'msgstr') ?? textOf(block, 'msgstr\\[0\\]');
    if (english && text) {
      words.set(english, text);
    }
  }
  return words;
}

/**
 * The strings of a language; `%1`, `%2` … give way to values. One that the catalog lacks throws, so
 * that a spec does not wait for what can never be on the screen.
 */
export function wordsOf(locale: 'en' | 'zh_CN'): Words {
  const catalog = locale === 'en' ? null : chinese();
  return (english, ...values) => {
    const text = catalog ? catalog.get(english) : english;
    if (text === undefined) {
      throw new Error(`the catalog has no “${english}”`);
    }
    return values.reduce<string>(
      (all, value, index) => all.replaceAll(`%${index + 1}`, String(value)),
      text
    );
  };
}
