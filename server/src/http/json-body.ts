import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.ts';

/** Bytes of a JSON body. */
export const JSON_LIMIT = 1024 * 1024;
/** Objects and arrays inside each other. */
export const JSON_DEPTH = 64;

const tooLarge = (limit: number) => new ProblemError('too-large', { limit });

/**
 * Reads a JSON body.
 *
 * @throws ProblemError `wrong-content-type`, `too-large`, `malformed-json`
 */
export async function readJson(req: IncomingMessage, limit = JSON_LIMIT): Promise<unknown> {
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (type !== 'application/json' || encoding !== 'identity') {
    throw new ProblemError('wrong-content-type', { expected: 'application/json' });
  }
  if (Number(req.headers['content-length'] ?? 0) > limit) {
    throw tooLarge(limit);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  // Giving up must not end the connection: the answer still goes out on it.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw tooLarge(limit);
    }
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks));
}

/** Parses JSON that a stranger wrote: UTF-8, of bounded depth. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new ProblemError('malformed-json', { detail: 'not UTF-8' }, 'body');
  }
  if (depthOf(text) > JSON_DEPTH) {
    throw new ProblemError('malformed-json', { detail: `deeper than ${JSON_DEPTH}` }, 'body');
  }
  const value = parse(text);
  // Half a character, which only an escape can bring, would be kept as another one.
  if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(value)) {
    throw new ProblemError('malformed-json', { detail: 'a lone surrogate' }, 'body');
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 200) : '';
    throw new ProblemError('malformed-json', { detail }, 'body');
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') {
    return value.isWellFormed();
  }
  return (
    typeof value !== 'object' ||
    value === null ||
    Object.entries(value).every(([key, entry]) => key.isWellFormed() && isWellFormed(entry))
  );
}

/** How deep brackets go outside strings, without building anything. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) {
        i++;
      } else if (code === 0x22) {
        inString = false;
      }
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x5b || code === 0x7b) {
      deepest = Math.max(deepest, ++depth);
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return deepest;
}
