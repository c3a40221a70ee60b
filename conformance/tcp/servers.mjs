/** The kernel's host: the services of `services.ts`, as programs have them. Prints `ready`, and ends with its input. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const endWithClient = (socket) => socket.on('end', () => socket.end());
const services = {
  7: (socket) => socket.pipe(socket),
  9: (socket) => endWithClient(socket).resume(),
  10: (socket) => socket.resume(),
  13: (socket) => endWithClient(socket).resume().write(Buffer.alloc(20, 'h')),
  19: (socket) => endWithClient(socket).resume().write(Buffer.alloc(100_000, 'f')),
  20: (socket) => socket.resume().end(Buffer.alloc(3000, 'p')),
  21: (socket) => socket.resume().end(Buffer.alloc(2_000_000, 'd')),
  22: (socket) => socket.resume().end(Buffer.alloc(300_000, 'a')),
  79: (socket) =>
    socket
      .once('data', () => socket.end(Buffer.alloc(5000, 'q')))
      .on('end', () => socket.end())
      .resume(),
  95: (socket) => socket.resume().end(),
  96: (socket) => socket.once('data', () => socket.resetAndDestroy()).resume(),
  97: (socket) => socket.resetAndDestroy(),
  98: (socket) => setTimeout(() => endWithClient(socket).resume(), 1500),
  99: () => {},
};
const listening = Object.entries(services).map(
  ([port, serve]) =>
    new Promise((resolve) => {
      // A socket that nobody resumes is not read at all.
      createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
        socket.on('error', () => {});
        serve(socket);
      }).listen({ port: Number(port), host: '0.0.0.0', backlog: 511 }, resolve);
    }),
);
const echo = createSocket('udp4');
echo.on('message', (octets, { port, address }) => {
  if (port > 0) echo.send(octets, port, address, () => {});
});
listening.push(new Promise((resolve) => echo.bind(7, '0.0.0.0', resolve)));
await Promise.all(listening);
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
