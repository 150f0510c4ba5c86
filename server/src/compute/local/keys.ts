import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A pair of ed25519 keys as OpenSSH writes them. */
export interface SshKeyPair {
  /** `openssh-key-v1`, without a passphrase. */
  privateKey: string;
  /** One line of `authorized_keys`. */
  publicKey: string;
}

/**
 * Makes an ed25519 pair in OpenSSH's own format (openssh-portable, PROTOCOL.key), because sshd reads no other for this kind of key.
 * Made here and not by ssh-keygen, which would cost every run two more processes.
 */
export function makeSshKeyPair(comment: string): SshKeyPair {
  const pair = generateKeyPairSync('ed25519');
  const jwk = pair.privateKey.export({ format: 'jwk' });
  const publicBytes = Buffer.from(jwk.x ?? '', 'base64url');
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const blob = Buffer.concat([field('ssh-ed25519'), field(publicBytes)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    blob,
    field(Buffer.concat([seed, publicBytes])),
    field(comment)
  ]);
  // The cipher is "none", whose block is 8 bytes; the padding counts 1, 2, 3, …
  const padding = Buffer.from(
    Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1)
  );
  const all = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    field('none'),
    field('none'),
    field(''),
    uint32(1),
    field(blob),
    field(Buffer.concat([secret, padding]))
  ]);
  const lines = all.toString('base64').replace(/.{70}(?=.)/g, '$&\n');
  return {
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${blob.toString('base64')} ${comment}\n`
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}
