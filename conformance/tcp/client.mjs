/**
 * A kernel client: `client.mjs upload|download HOST PAUSE_SECONDS [OCTETS]`; prints the seconds that two million octets took, or
 * 300,000 where there are to be so many.
 */
import { connect } from 'node:net';

const [, , what, host, pause, octets = '2000000'] = process.argv;
const OCTETS = Number(octets);
const PORTS = { 2_000_000: 21, 300_000: 22 };
const started = performance.now();
let received = 0;
const socket = connect({ host, port: what === 'upload' ? 9 : PORTS[OCTETS], allowHalfOpen: true });
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
if (what === 'upload') socket.end(Buffer.alloc(OCTETS, 'u'));
else socket.end();
let isPaused = Number(pause) === 0;
socket.on('data', ({ length }) => {
  received += length;
  if (isPaused || received < OCTETS / 4) return;
  isPaused = true;
  socket.pause();
  setTimeout(() => socket.resume(), Number(pause) * 1000);
});
socket.on('end', () => {
  if (what === 'download' && received !== OCTETS) {
    console.error(`${received} octets came`);
    process.exit(1);
  }
  console.log(((performance.now() - started) / 1000).toFixed(4));
  process.exit(0);
});
