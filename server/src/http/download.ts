import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ProblemError } from './problem.ts';

export interface Download {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** Given, the browser saves it under this name instead of showing it. */
  readonly fileName?: string;
  /** Identifies the content, without quotes. */
  readonly etag?: string;
  readonly cacheControl?: string;
  /** Opens the bytes from `start` to `end`, both included. */
  readonly open: (range: { start: number; end: number }) => Readable | Promise<Readable>;
}

/**
 * Sends bytes, whole or the one range that was asked for. Whatever they are, the browser treats them as
 * their declared type and runs nothing in them.
 *
 * @throws ProblemError `range-not-satisfiable`
 */
export async function sendDownload(
  req: IncomingMessage,
  res: ServerResponse,
  download: Download,
  signal?: AbortSignal
): Promise<void> {
  const { size, etag } = download;
  res.setHeader('Content-Type', download.contentType);
  res.setHeader('Accept-Ranges', 'bytes');
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  res.setHeader('Cache-Control', download.cacheControl ?? 'private, no-cache');
  if (download.fileName !== undefined) {
    res.setHeader('Content-Disposition', disposition(download.fileName));
  }
  if (etag !== undefined) {
    res.setHeader('ETag', `"${etag}"`);
    if (matches(req.headers['if-none-match'], etag)) {
      res.statusCode = 304;
      res.end();
      return;
    }
  }
  const range = rangeOf(req, size, etag);
  if (range) {
    res.statusCode = 206;
    res.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  } else {
    res.statusCode = 200;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  res.setHeader('Content-Length', end - start + 1);
  if (req.method === 'HEAD' || size === 0) {
    res.end();
    return;
  }
  await pipeline(await download.open({ start, end }), res, { ...(signal ? { signal } : {}) });
}

/** A `Content-Disposition` for any name, by RFC 6266 and RFC 8187. */
export function disposition(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '')
    .split(',')
    .some(part => part.trim() === '*' || part.trim().replace(/^W\//, '') === `"${etag}"`);
}

/** One range (RFC 9110, 14): several, or another unit, are answered with the whole. */
function rangeOf(
  req: IncomingMessage,
  size: number,
  etag: string | undefined
): { start: number; end: number } | undefined {
  const condition = req.headers['if-range'];
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(String(req.headers.range ?? ''));
  if (!match || (condition !== undefined && condition !== `"${etag ?? ''}"`)) {
    return undefined;
  }
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') {
    return undefined;
  }
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || start > end) {
    throw new ProblemError('range-not-satisfiable', {}, 'headers.Range', {
      headers: { 'Content-Range': `bytes */${size}` }
    });
  }
  return { start, end };
}
