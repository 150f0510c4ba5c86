import type { ImageFormat } from './types.ts';

const FORMATS: Readonly<Record<string, ImageFormat>> = { jpg: 'jpeg', jpeg: 'jpeg', png: 'png' };

/** What the end of a file's name says that it holds; undefined if that is no image we take. */
export function formatByName(path: string): ImageFormat | undefined {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(FORMATS, extension)
    ? FORMATS[extension]
    : undefined;
}

/** The name with the extension that its format has, appended where it says otherwise. */
export function withExtension(name: string, format: ImageFormat): string {
  return formatByName(name) === format ? name : `${name}.${format === 'jpeg' ? 'jpg' : 'png'}`;
}
