import { isCode, sentence, type Params } from '@topsdl/contract';
import type { ITopsTranslation } from '@topsdl/lab';
import { formatAmount, formatList, resourceName } from './resources.ts';

/** The sentence of a code in the user's language; what the server said where the code is newer than this page. */
export function speak(
  translation: ITopsTranslation,
  code: string,
  params: Readonly<Record<string, unknown>>,
  otherwise: string = code
): string {
  return isCode(code)
    ? sentence(code, readable(params, translation), translation.language)
    : otherwise;
}

/** Parameters as people read them: resources by name, their amounts with units, lists with commas. */
function readable(
  params: Readonly<Record<string, unknown>>,
  { trans, locale }: ITopsTranslation
): Params {
  const { resource } = params;
  const named = typeof resource === 'string';
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      named && name === 'resource'
        ? resourceName(resource, trans)
        : named && typeof value === 'number'
          ? formatAmount(resource, value, locale)
          : Array.isArray(value)
            ? formatList(value.map(String), locale)
            : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
              ? value
              : JSON.stringify(value)
    ])
  );
}
