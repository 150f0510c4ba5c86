import { isApiError } from '../apiError.ts';
import type { ClusterApi } from '../client.ts';
import { note, wrong, type Finding } from '../finding.ts';

/** What reads of the API server; the engine's own way to it as well as a client alone. */
export type Reader = Pick<ClusterApi, 'get'>;

/** @returns undefined for what is not there @throws ApiError */
export async function getIfThere<T>(reader: Reader, path: string): Promise<T | undefined> {
  try {
    return await reader.get<T>(path);
  } catch (error) {
    if (isApiError(error) && error.notFound) {
      return undefined;
    }
    throw error;
  }
}

/**
 * What is found by looking; where that is refused or fails, this is the finding.
 *
 * @param read what was to be read, as in “list nodes”
 */
export async function looking(
  what: string,
  read: string,
  look: () => Promise<readonly Finding[]>
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!isApiError(error)) {
      throw error;
    }
    return [
      error.forbidden
        ? note(what, `cannot be told: these credentials may not ${read}`)
        : wrong(what, `cannot be told: ${error.message}`)
    ];
  }
}

/** Words for a list of things in a sentence. */
export function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
