import sharp from 'sharp';
import type { ImageFormat } from '../../../library/codes.ts';

const QUALITY = 95;

/**
 * A picture's bytes as one looks at it. One that is stored upright is given as it was imported; of
 * another the pixels are turned, as most readers of training data know nothing of EXIF.
 */
export async function upright(
  bytes: Buffer,
  picture: { readonly format: ImageFormat; readonly orientation: number }
): Promise<Buffer> {
  if (picture.orientation === 1) {
    return bytes;
  }
  const turned = sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .autoOrient()
    .keepIccProfile();
  return picture.format === 'jpeg'
    ? turned.jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' }).toBuffer()
    : turned.png().toBuffer();
}
