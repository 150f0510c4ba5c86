import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * What a drive refuses with. JupyterLab goes by the status, as it does with its own server's answers:
 * at 404 it saves under a new name or leaves a directory that is gone, at 409 it offers to overwrite.
 *
 * @param status of HTTP
 * @param message a sentence in the user's language, which JupyterLab shows as it is
 */
export function refusal(status: number, message: string): ServerConnection.ResponseError {
  return new ServerConnection.ResponseError(new Response(null, { status }), message);
}

/** An error of a call as a drive's refusal; what is none of the client's stays as it is. */
export async function refusalOf(error: unknown, trans: TranslationBundle): Promise<unknown> {
  const { ConnectionError, ProblemError } = await import('@topsdl/client');
  if (error instanceof ProblemError) {
    return refusal(error.status, error.fields[0]?.detail ?? error.message);
  }
  if (error instanceof ConnectionError) {
    return refusal(error.status ?? 503, trans.__('The server cannot be reached.'));
  }
  return error;
}
