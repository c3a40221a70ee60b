/** A honeynet with every kind of service, and what a client needs to hear each of them out. */

/** Octets without a pattern, the same each time. */
export function contentOf(length: number): Uint8Array {
  const content = new Uint8Array(length);
  for (let i = 0, state = 1; i < length; i++)
    content[i] = (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  return content;
}

/** A honeyd.conf; the file to download and the worker lie beside it, and a server listens at 127.0.0.1:9007. */
export const CONFIGURATION: string = `
create host
set host default tcp action reset
set host default udp action reset
set host default icmp action open
add host tcp port 7 internal "echo"
add host udp port 7 internal "echo"
add host tcp port 80 internal "http"
add host tcp port 81 "cat big.bin"
add host tcp port 82 "sha256sum"
add host tcp port 83 proxy 127.0.0.1:9007
add host tcp port 84 internal "worker ${process.execPath} worker.mjs"
add host tcp port 85 open
bind 10.3.0.0/24 host
`;

/** Sends back what each connection sends (docs/worker-protocol.md). */
export const WORKER: string = `
let rest = Buffer.alloc(0);
process.stdin.on('data', (part) => {
  rest = Buffer.concat([rest, part]);
  while (rest.length >= 9) {
    const length = rest.readUInt32BE(5);
    if (rest.length < 9 + length) return;
    const frame = rest.subarray(0, 9 + length);
    rest = rest.subarray(9 + length);
    const type = String.fromCharCode(frame[0]);
    if (type === 'D' || type === 'E') process.stdout.write(frame);
  }
});`;
