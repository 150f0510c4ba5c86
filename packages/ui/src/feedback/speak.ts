import { isCode, sentence, type Params } from '@topsdl/contract';
import type { ITopsTranslation } from '@topsdl/lab';

/** The sentence of a code in the user's language; what the server said where the code is newer than this page. */
export function speak(
  { language }: ITopsTranslation,
  code: string,
  params: Readonly<Record<string, unknown>>,
  otherwise: string = code
): string {
  return isCode(code) ? sentence(code, plain(params), language) : otherwise;
}

function plain(params: Readonly<Record<string, unknown>>): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? value.join(', ')
        : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
          ? value
          : JSON.stringify(value)
    ])
  );
}
