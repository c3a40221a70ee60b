/**
 * Keys and signatures of scope files: Ed25519 (RFC 8032), keys in PEM as every tool has them, and the signature beside
 * the file, its 64 octets in base64.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { SignatureVerifier } from '@wormwood/defense';

export interface KeyTexts {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** A public key whose signatures count, with what it is called. */
export interface TrustedKey {
  readonly name: string;
  readonly key: KeyObject;
}

const BASE64_OF_64_OCTETS = /^[A-Za-z0-9+/]{86}==$/;

/** Returns a new pair of Ed25519 keys, as PEM (PKCS #8 and SPKI). */
export function generateKeys(): KeyTexts {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privateKey, publicKey };
}

/** Returns the key that the text holds, or undefined if it is not an Ed25519 key of that kind. */
export function readKey(kind: 'private' | 'public', text: string): KeyObject | undefined {
  try {
    const key = kind === 'private' ? createPrivateKey(text) : createPublicKey(text);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    // The library reports a text that is not a key by throwing.
    return undefined;
  }
}

/** Returns the signature as it is written into a file. */
export function signOctets(octets: Uint8Array, key: KeyObject): string {
  return `${sign(null, octets, key).toString('base64')}\n`;
}

/** Returns the verifier that trusts these keys and no other. */
export function verifierOf(trusted: readonly TrustedKey[]): SignatureVerifier {
  return {
    async verify(octets, signature) {
      if (trusted.length === 0) return { ok: false, reason: 'No key is trusted to sign scope files.' };
      const written = signature.trim();
      if (!BASE64_OF_64_OCTETS.test(written)) {
        return {
          ok: false,
          reason: 'The signature file of the scope does not contain an Ed25519 signature.',
        };
      }
      const octetsOfSignature = Buffer.from(written, 'base64');
      const signer = trusted.find(({ key }) => verify(null, octets, key, octetsOfSignature));
      if (signer !== undefined) return { ok: true, value: signer.name };
      return { ok: false, reason: 'The signature of the scope file is not that of a trusted key.' };
    },
  };
}
