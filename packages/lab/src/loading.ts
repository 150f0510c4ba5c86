import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * What to say of an error where it is one of bringing code that a part of the page needs: the names are
 * those that the bundles' loader gives it. Null for any other error.
 */
export function describeLoadFault(trans: TranslationBundle, error: unknown): string | null {
  const name = error instanceof Error ? error.name : '';
  return name === 'ChunkLoadError' || name === 'ScriptExternalLoadError'
    ? trans.__(
        'This part of the page could not be loaded. It is tried again as soon as the connection is back; if TopsDL was updated meanwhile, reload the page.'
      )
    : null;
}
