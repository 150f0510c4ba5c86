import sharp from 'sharp';
import { writeZip, type ZipInput } from '@topsdl/formats';

const SIDE = 96;

/** Drawings of the sample, in a box of 96 by 96. */
const FIGURES = [
  { en: 'circle', zh: '圆形', draw: (r: number) => `<circle cx="48" cy="48" r="${r}"/>` },
  {
    en: 'square',
    zh: '方形',
    draw: (r: number) => `<rect x="${48 - r}" y="${48 - r}" width="${2 * r}" height="${2 * r}"/>`
  },
  {
    en: 'triangle',
    zh: '三角形',
    draw: (r: number) => `<path d="M48 ${48 - r}L${48 + r} ${48 + r}H${48 - r}Z"/>`
  }
] as const;

const COLORS = ['#0072b2', '#e69f00', '#009e73', '#d55e00'] as const;

/** A small archive in the form that an import takes: pictures in class folders, or without any. */
export async function sampleArchive(
  format: 'class-folders' | 'images',
  zh = false
): Promise<{ bytes: Buffer; fileName: string }> {
  const entries: ZipInput[] = [];
  for (const figure of FIGURES) {
    for (const [index, color] of COLORS.entries()) {
      const content = await picture(figure.draw(20 + index * 6), color);
      const label = zh ? figure.zh : figure.en;
      const path =
        format === 'class-folders' ? `${label}/${index + 1}.png` : `${label}-${index + 1}.png`;
      entries.push({ path, content });
    }
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(entries)) {
    chunks.push(Buffer.from(chunk));
  }
  return { bytes: Buffer.concat(chunks), fileName: `sample-${format}.zip` };
}

function picture(figure: string, color: string): Promise<Buffer> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="${SIDE}" height="${SIDE}" fill="#ffffff"/><g fill="${color}">${figure}</g></svg>`;
  return sharp(Buffer.from(drawing)).png().toBuffer();
}
