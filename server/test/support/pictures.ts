import sharp from 'sharp';

/** A picture of noise, no two alike for different seeds. */
export async function picture(
  seed: number,
  options: { format?: 'jpeg' | 'png'; width?: number; height?: number; orientation?: number } = {}
): Promise<Buffer> {
  const { format = 'jpeg', width = 40, height = 24, orientation } = options;
  const pixels = Buffer.alloc(width * height * 3);
  let state = (seed + 1) * 2654435761;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[i] = state >>> 24;
  }
  let image = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (orientation !== undefined) {
    image = image.withMetadata({ orientation });
  }
  return image.toFormat(format).toBuffer();
}

/** Left half red, right half blue, as it is seen: stored so that `orientation` turns it upright. */
export async function redBlue(orientation: number): Promise<Buffer> {
  const half = (color: string) =>
    sharp({ create: { width: 32, height: 32, channels: 3, background: color } })
      .png()
      .toBuffer();
  const upright = await sharp({
    create: { width: 64, height: 32, channels: 3, background: '#000000' }
  })
    .composite([
      { input: await half('#ff0000'), left: 0, top: 0 },
      { input: await half('#0000ff'), left: 32, top: 0 }
    ])
    .png()
    .toBuffer();
  // Stored turned against the way that each orientation turns it when it is shown.
  const turn = { 3: 180, 6: 270, 8: 90 }[orientation] ?? 0;
  return sharp(upright).rotate(turn).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}
