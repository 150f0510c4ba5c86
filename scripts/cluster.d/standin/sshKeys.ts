import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** An RSA pair: the private key as PEM (PKCS #1), the public one as a line of `authorized_keys`. */
export async function keyPair(): Promise<{ privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048
  });
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' });
  const parts = [Buffer.from('ssh-rsa'), integer(e), integer(n)];
  return {
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: `ssh-rsa ${Buffer.concat(parts.map(sized)).toString('base64')}\n`
  };
}

/** A number as ssh writes it (RFC 4251, `mpint`): a first byte of 128 or more would be a sign. */
function integer(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64url');
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

function sized(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
