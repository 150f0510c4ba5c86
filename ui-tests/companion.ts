import { Agent, request } from 'node:http';
import { join } from 'node:path';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** The directory of the companion under test. */
export const dataDirectory = (): string => String(process.env['TOPSDL_UI_DATA']);

/** `fetch` by the companion's own socket: what is only prepared need not go through JupyterLab. */
export const socketFetch: typeof globalThis.fetch = async (input, init = {}) => {
  const { pathname, search } = new URL(String(input));
  const body = init.body ? Buffer.from(await new Response(init.body).arrayBuffer()) : undefined;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath: join(dataDirectory(), 'companion.sock'),
        agent,
        path: pathname + search,
        method: init.method ?? 'GET',
        headers: {
          ...headersOf(init),
          ...(body && { 'Content-Length': body.length })
        }
      },
      answer => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode = 500, headers } = answer;
          resolve(
            new Response(statusCode === 204 ? null : Buffer.concat(parts), {
              status: statusCode,
              headers: { 'Content-Type': headers['content-type'] ?? '' }
            })
          );
        });
      }
    );
    sent.on('error', reject);
    sent.end(body);
  });
};

function headersOf(init: RequestInit): Record<string, string> {
  const headers: Record<string, string> = {};
  new Headers(init.headers).forEach((value, name) => {
    headers[name] = value;
  });
  return headers;
}
