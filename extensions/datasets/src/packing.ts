import { tarOf } from './tar.ts';

/** Names of images that an import takes. */
export const IMAGE = /\.(jpe?g|png)$/i;

/** More images than this go in one archive: each upload has its row on the screen. */
export const SINGLE_IMAGES = 20;

/** Chosen files as they are sent: archives and a few images as they are, many images as one archive. */
export function packImages(files: readonly File[]): File[] {
  const images = files.filter(({ name }) => IMAGE.test(name));
  if (images.length <= SINGLE_IMAGES) {
    return [...files];
  }
  const others = files.filter(({ name }) => !IMAGE.test(name));
  const parts = images.map(file => ({ path: file.name, content: file }));
  // The same files make the same archive, so that what broke off goes on.
  const lastModified = images.reduce((newest, file) => Math.max(newest, file.lastModified), 0);
  return [...others, new File([tarOf(parts)], 'images.tar', { lastModified })];
}
