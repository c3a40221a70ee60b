/** Base64 (RFC 4648 §4) for header fields: packages have neither `btoa` nor `Buffer`. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Returns the octets in base64, padded. */
export function base64(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i += 3) {
    const word = (octets[i]! << 16) | ((octets[i + 1] ?? 0) << 8) | (octets[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((word >> shift) & 63)).join('');
    text += digits.slice(0, Math.min(4, octets.length - i + 1)).padEnd(4, '=');
  }
  return text;
}
