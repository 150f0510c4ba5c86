import { ConnectionError, ProblemError } from '@topsdl/client';
import { describeLoadFault, RequestError, type ITopsTranslation } from '@topsdl/lab';
import { speak } from './speak.ts';

export interface Speaker {
  readonly translation: ITopsTranslation;
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
  if (error instanceof DOMException && error.name === 'AbortError') {
    return trans.__('Cancelled.');
  }
  return (
    describeLoadFault(trans, error) ?? (error instanceof Error ? error.message : String(error))
  );
}
