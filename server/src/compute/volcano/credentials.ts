import { X509Certificate } from 'node:crypto';
import type { RequestOptions } from 'node:https';

/** When credentials end, and whether they are a token, which whoever gave it mostly gives anew by itself. */
export interface Expiry {
  readonly at: Date;
  readonly token: boolean;
}

/** When a certificate or a token that is a JWT (RFC 7519) ends. Undefined for what does not say. */
export function expiryOf(
  certificate: RequestOptions['cert'],
  authorization: unknown
): Expiry | undefined {
  if (certificate !== undefined) {
    return certificateExpiry(String(certificate));
  }
  const [, payload] = /^Bearer [^.]+\.([^.]+)\./.exec(String(authorization)) ?? [];
  if (payload === undefined) {
    return undefined;
  }
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? { at: new Date(exp * 1000), token: true } : undefined;
  } catch {
    return undefined;
  }
}

function certificateExpiry(pem: string): Expiry | undefined {
  try {
    return { at: new Date(new X509Certificate(pem).validTo), token: false };
  } catch {
    return undefined;
  }
}
