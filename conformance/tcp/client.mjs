/** A kernel client: `client.mjs upload|download HOST PAUSE_SECONDS`; prints the seconds that two million octets took. */
import { connect } from 'node:net';

const [, , what, host, pause] = process.argv;
const OCTETS = 2_000_000;
const started = performance.now();
let received = 0;
const socket = connect({ host, port: what === 'upload' ? 9 : 21, allowHalfOpen: true });
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
if (what === 'upload') socket.end(Buffer.alloc(OCTETS, 'u'));
else socket.end();
let isPaused = Number(pause) === 0;
socket.on('data', (octets) => {
  received += octets.length;
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
