/** The octets of a text: packages have no `TextEncoder`, which belongs to the runtimes and not to the language. */

/** Returns the UTF-8 octets of `text` (RFC 3629); a lone surrogate becomes U+FFFD, as everywhere on the web. */
export function utf8(text: string): Uint8Array {
  const octets = new Uint8Array(3 * text.length);
  let length = 0;
  for (const character of text) {
    const written = character.codePointAt(0) ?? 0;
    const code = written >= 0xd800 && written <= 0xdfff ? 0xfffd : written;
    const continuations = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const lead = continuations === 0 ? 0 : (0xff00 >> (continuations + 1)) & 0xff;
    octets[length++] = lead | (code >> (6 * continuations));
    for (let i = continuations - 1; i >= 0; i--) octets[length++] = 0x80 | ((code >> (6 * i)) & 0x3f);
  }
  return octets.subarray(0, length);
}

/** Returns the octets as lower-case hexadecimal digits, two each. */
export function hexadecimal(octets: Uint8Array): string {
  let digits = '';
  for (const octet of octets) digits += (octet + 256).toString(16).slice(1);
  return digits;
}
