/**
 * Netron's page as it is served. The files of the package stay as they are; on the way out
 * - the meta `version` becomes `0.0.0`, which turns its telemetry off,
 * - the meta `date` goes, so that it does not refuse to start 180 days after its release,
 * - its own meta CSP goes: the stricter one of the answer's header holds instead.
 */
export function adapt(html: string): string {
  return html
    .replace(/(<meta name="version" content=")[^"]*(")/, '$10.0.0$2')
    .replace(/<meta name="date"[^>]*>\s*/, '')
    .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>\s*/, '');
}

/**
 * What Netron's page may do: run its own scripts and ask its own origin, nothing else. Inline styles
 * are its own; `blob:` and `data:` are pictures that it draws.
 */
export const NETRON_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-src 'none'",
  "frame-ancestors 'self'"
].join('; ');

/** Files of the package that the browser may ask for. */
const SERVED = /^[a-z0-9][a-z0-9-]*\.(?:js|json|css|html|png|ico)$/;

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  png: 'image/png',
  ico: 'image/x-icon'
};

/** The content type of a file of the package; null for what is not served. */
export function typeOf(name: string): string | null {
  return SERVED.test(name) ? (TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? null) : null;
}
