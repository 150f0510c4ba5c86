import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes, formatNumber, isBytes, resourceWord } from '@topsdl/lab';

/** What a resource of a quota is called. */
export function resourceName(resource: string, trans: TranslationBundle): string {
  switch (resource) {
    case 'cpu':
      return 'CPU';
    case 'memory':
      return trans.__('Memory');
    case 'storage':
      return trans.__('Storage');
    default:
      return trans._p('resource', '%1 cards', resourceWord(resource).toUpperCase());
  }
}

/** An amount of a resource: cores, bytes or cards. */
export function formatAmount(resource: string, amount: number, locale: string): string {
  return isBytes(resource) ? formatBytes(amount, locale) : formatNumber(amount, locale);
}

/** Several things side by side, as the language parts them. */
export function formatList(words: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: 'conjunction', style: 'narrow' }).format(words);
}
