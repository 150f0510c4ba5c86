import { Notification } from '@jupyterlab/apputils';
import { ConnectionError, ProblemError } from '@topsdl/client';
import { isCode, sentence, type Params } from '@topsdl/contract';
import { RequestError, type ITopsTranslation } from '@topsdl/lab';

interface Speaker {
  readonly translation: ITopsTranslation;
}

/** The sentence of a code in the user's language; what the server said where the code is newer than this page. */
export function speak(
  { language }: ITopsTranslation,
  code: string,
  params: Readonly<Record<string, unknown>>,
  otherwise: string = code
): string {
  return isCode(code) ? sentence(code, plain(params), language) : otherwise;
}

/** What an error says to people. */
export function describeError({ translation }: Speaker, error: unknown): string {
  const { trans } = translation;
  if (error instanceof ProblemError) {
    const { code, params, message } = error;
    const text = speak(translation, code, params, message);
    const fields = error.fields.map(
      ({ field, ...fault }) =>
        `${field.replace(/^(body|query|params)\./, '')}: ${speak(translation, fault.code, fault.params, fault.detail)}`
    );
    return [text, ...fields].join('\n');
  }
  if (error instanceof RequestError) {
    return error.code ? speak(translation, error.code, {}, error.message) : error.message;
  }
  if (error instanceof ConnectionError) {
    return trans.__(
      'The server cannot be reached. It is tried again as soon as the connection is back.'
    );
  }
  return error instanceof Error ? error.message : String(error);
}

/** Shows an error that belongs to no field and no list. */
export function reportError(speaker: Speaker, error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') {
    return;
  }
  Notification.error(describeError(speaker, error), { autoClose: 10_000 });
}

/** Says that something is done, where nothing on the screen shows it. */
export function notify(text: string): void {
  Notification.success(text, { autoClose: 4000 });
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
