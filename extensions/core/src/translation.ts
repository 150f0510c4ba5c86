import type { ITranslator } from '@jupyterlab/translation';
import type { ITopsTranslation } from '@topsdl/lab';

/** The bundle of the domain `topsdl`, and the language whose sentences the contract's catalogue has. */
export function makeTranslation(translator: ITranslator): ITopsTranslation {
  const code = translator.languageCode;
  return {
    trans: translator.load('topsdl'),
    language: code.toLowerCase().startsWith('zh') ? 'zh' : 'en',
    locale: code === 'default' || code === '' ? 'en' : code.replace('_', '-')
  };
}
