import { isApiError } from './apiError.ts';
import type { ClusterApi } from './client.ts';
import type { Contact } from './contact.ts';

/** Removes the object of a path; one that is gone already is as good. @throws ApiError */
export async function removeIfThere(
  api: ClusterApi,
  contact: Contact,
  path: string
): Promise<void> {
  try {
    await contact.ask(() => api.remove(path));
  } catch (error) {
    if (!isApiError(error) || !error.notFound) {
      throw error;
    }
  }
}
