import type { Duplicate } from '../../../library/staging.ts';
import type { WorkerImage, WorkerRefusal } from './messages.ts';

/** An image that is there already, in the words of the report. */
export function present(
  image: Pick<WorkerImage, 'path' | 'label'>,
  there: Omit<Duplicate, 'index'>
): WorkerRefusal {
  const { path } = image;
  const { name, label, gained } = there;
  if (label !== null && gained) {
    return { path, code: 'entry.presentGained', params: { name, label } };
  }
  return image.label === null || label === null || image.label === label
    ? { path, code: 'entry.present', params: { name } }
    : { path, code: 'entry.presentLabeled', params: { name, label } };
}
