import type { IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { ProblemError } from './problem.ts';

/**
 * A raw body as a stream that fails with `too-large` once it has more bytes than allowed. What is
 * declared larger is refused before a byte is read.
 *
 * @param limit bytes
 */
export function boundedBody(req: IncomingMessage, limit: number): Readable {
  const tooLarge = () => new ProblemError('too-large', { limit });
  if (Number(req.headers['content-length'] ?? 0) > limit) {
    throw tooLarge();
  }
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > limit) {
        done(tooLarge());
      } else {
        done(null, chunk);
      }
    }
  });
  req.on('error', error => bounded.destroy(error));
  req.on('aborted', () => bounded.destroy(new Error('the client went away')));
  bounded.on('close', () => req.unpipe(bounded));
  return req.pipe(bounded);
}
