/**
 * Which header fields mean something to a proxy, and which may pass it: RFC 9110 7.6.1, and what the
 * platform keeps to itself.
 */

/** For each byte its lower-case form when it may stand in a token (RFC 9110 5.6.2), else 0. */
export const TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  TOKEN[char.charCodeAt(0)] = char.charCodeAt(0);
}
for (let upper = 65; upper <= 90; upper++) {
  TOKEN[upper] = upper + 32;
}

/** Fields that mean something to a proxy. `other` is everything else. */
export const FIELD = {
  other: 0,
  connection: 1,
  contentLength: 2,
  transferEncoding: 3,
  keepAlive: 4,
  host: 5,
  upgrade: 6,
  expect: 7,
  authorization: 8,
  cookie: 9,
  version: 10,
  client: 11,
  origin: 12,
  acceptLanguage: 13,
  fetchSite: 14,
  forwardedFor: 15,
  forwardedHost: 16,
  forwardedProto: 17,
  forwardedPrefix: 18,
  /** Never goes to a backend. */
  dropInRequest: 19,
  /** Never goes to a client. */
  dropInResponse: 20,
  /** Goes to neither. */
  dropAlways: 21
} as const;

const NAMES: Readonly<Record<string, number>> = {
  connection: FIELD.connection,
  'content-length': FIELD.contentLength,
  'transfer-encoding': FIELD.transferEncoding,
  'keep-alive': FIELD.keepAlive,
  host: FIELD.host,
  upgrade: FIELD.upgrade,
  expect: FIELD.expect,
  authorization: FIELD.authorization,
  cookie: FIELD.cookie,
  'x-topsdl-version': FIELD.version,
  'x-topsdl-client': FIELD.client,
  origin: FIELD.origin,
  'accept-language': FIELD.acceptLanguage,
  'sec-fetch-site': FIELD.fetchSite,
  'x-forwarded-for': FIELD.forwardedFor,
  'x-forwarded-host': FIELD.forwardedHost,
  'x-forwarded-proto': FIELD.forwardedProto,
  'x-forwarded-prefix': FIELD.forwardedPrefix,
  // Hop by hop, RFC 9110 7.6.1 and 11.7.
  'proxy-connection': FIELD.dropAlways,
  'proxy-authenticate': FIELD.dropInResponse,
  'proxy-authorization': FIELD.dropInRequest,
  te: FIELD.dropInRequest,
  trailer: FIELD.dropAlways,
  'http2-settings': FIELD.dropAlways,
  // The platform's own credentials and routing.
  'x-xsrftoken': FIELD.dropInRequest,
  'x-csrftoken': FIELD.dropInRequest,
  forwarded: FIELD.dropInRequest,
  'x-forwarded-port': FIELD.dropInRequest,
  'x-forwarded-context': FIELD.dropInRequest,
  'x-proxycontextpath': FIELD.dropInRequest,
  'x-real-ip': FIELD.dropInRequest,
  // A service shares the origin of the platform: it may not set cookies for it, nor speak for it.
  'set-cookie': FIELD.dropInResponse,
  'set-cookie2': FIELD.dropInResponse,
  'clear-site-data': FIELD.dropInResponse,
  'service-worker-allowed': FIELD.dropInResponse,
  'strict-transport-security': FIELD.dropInResponse,
  'alt-svc': FIELD.dropInResponse,
  'access-control-allow-credentials': FIELD.dropInResponse,
  'x-content-type-options': FIELD.dropInResponse
};

/** Requests may not carry these on to a backend. */
export function droppedInRequest(field: number): boolean {
  return (
    (field >= FIELD.connection && field <= FIELD.client && field !== FIELD.contentLength) ||
    (field >= FIELD.forwardedFor && field !== FIELD.dropInResponse)
  );
}

/** Responses may not carry these on to a client; framing is written anew. */
export function droppedInResponse(field: number): boolean {
  return (
    (field >= FIELD.connection && field <= FIELD.keepAlive) ||
    field === FIELD.upgrade ||
    field === FIELD.version ||
    field >= FIELD.dropInResponse
  );
}

const SLOTS = 512;
const slotField = new Uint8Array(SLOTS);
const slotName: Uint8Array[] = [];

function hashOf(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) {
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}

for (const [name, field] of Object.entries(NAMES)) {
  const bytes = new TextEncoder().encode(name);
  let slot = hashOf(bytes) & (SLOTS - 1);
  while (slotName[slot]) {
    slot = (slot + 1) & (SLOTS - 1);
  }
  slotField[slot] = field;
  slotName[slot] = bytes;
}

/**
 * The field whose name lies at `start … end`.
 *
 * @param hash of its lower-case bytes, each times 31 and added
 */
export function fieldAt(buffer: Uint8Array, start: number, end: number, hash: number): number {
  for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
    const name = slotName[slot];
    if (name === undefined) {
      return FIELD.other;
    }
    if (name.length === end - start) {
      let i = 0;
      while (i < name.length && TOKEN[buffer[start + i]!] === name[i]) {
        i++;
      }
      if (i === name.length) {
        return slotField[slot]!;
      }
    }
  }
}

/** The field that a name means to a proxy. @param name lower case */
export function fieldOf(name: string): number {
  return Object.hasOwn(NAMES, name) ? NAMES[name]! : FIELD.other;
}
