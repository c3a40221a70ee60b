/**
 * Both sides of the recorded captures: `traffic.mjs serve NAME` and `traffic.mjs call NAME`, inside the namespaces of
 * `record.sh`. Ordinary requests of ordinary programs; each list of servers has one or a few that are gone.
 */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { createServer as createWebServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLIENTS = [10, 11, 12, 13, 14].map((host) => `10.66.0.${host}`);
const PEERS = [20, 21, 22, 23, 24].map((host) => `198.18.0.${host}`);
const gone = (host) => `198.18.0.${host}`;
const GIVE_UP_MS = 3500;

/** Connects, sends the lines one after each answer, and closes. */
function talk({ from, to, port, say }) {
  return new Promise((resolve) => {
    const socket = connect({ host: to, port, localAddress: from, timeout: GIVE_UP_MS });
    const left = [...say];
    socket.on('connect', () => {
      if (left.length > 0) socket.write(left.shift());
    });
    socket.on('data', () => (left.length > 0 ? socket.write(left.shift()) : socket.end()));
    for (const end of ['timeout', 'error', 'close']) {
      socket.on(end, () => {
        socket.destroy();
        resolve();
      });
    }
  });
}

/** Answers everything it is sent, after an optional greeting. */
function answering(address, port, { greeting = '', answer = 'ok\r\n' } = {}) {
  createServer((socket) => {
    if (greeting !== '') socket.write(greeting);
    socket.on('data', () => socket.write(answer));
    socket.on('error', () => socket.destroy());
  }).listen(port, address);
}

function ask({ from, to, port, payload, localPort = 0 }) {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => socket.close(resolve), 1500);
    socket.on('message', () => {
      clearTimeout(timer);
      socket.close(resolve);
    });
    socket.bind(localPort, from, () => socket.send(payload, port, to));
  });
}

function dhcpMessage(type, transaction, asked) {
  const message = Buffer.alloc(300);
  message.set([1, 1, 6, 0]);
  message.writeUInt32BE(transaction, 4);
  message.writeUInt16BE(0x8000, 10);
  message.set([2, 0, 0x5e, 0x50, 1, transaction & 255], 28);
  message.set([99, 130, 83, 99, 53, 1, type], 236);
  if (asked !== null) message.set([50, 4, ...asked, 54, 4, 10, 66, 0, 1, 255], 243);
  else message[243] = 255;
  return message;
}

/** DISCOVER, OFFER, REQUEST, ACK (RFC 2131 3.1). */
function lease(transaction) {
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    const send = (message) => socket.send(message, 67, '255.255.255.255');
    const timer = setTimeout(() => socket.close(resolve), 5000);
    socket.on('message', (answer) => {
      if (answer.readUInt32BE(4) !== transaction) return;
      if (answer[242] === 2) {
        send(dhcpMessage(3, transaction, answer.subarray(16, 20)));
        return;
      }
      clearTimeout(timer);
      socket.close(resolve);
    });
    socket.bind(68, '0.0.0.0', () => {
      socket.setBroadcast(true);
      send(dhcpMessage(1, transaction, null));
    });
  });
}

const traffic = {
  dns: {
    async call() {
      for (let round = 0; round < 12; round++) {
        for (const from of CLIENTS) {
          const resolver = new Resolver({ timeout: 700, tries: 1 });
          resolver.setLocalAddress(from);
          // The second of the two servers was switched off long ago.
          resolver.setServers(round % 4 === 3 ? [gone(200), '198.18.0.10'] : ['198.18.0.10']);
          await resolver.resolve4(`host${round}.example`).catch(() => undefined);
        }
      }
    },
  },
  web: {
    serve() {
      for (const address of PEERS) {
        createWebServer((_, response) => response.end('<p>It works.</p>\n'.repeat(50))).listen(80, address);
      }
    },
    async call() {
      for (const from of CLIENTS) {
        for (const to of PEERS) await run('curl', ['-s', '--interface', from, `http://${to}/page`]);
      }
      // A link that leads nowhere any more.
      await run('curl', ['-s', '--interface', CLIENTS[0], '-m', '4', `http://${gone(210)}/`]).catch(
        () => undefined,
      );
    },
  },
  p2p: {
    serve() {
      for (const address of PEERS) answering(address, 6881, { answer: Buffer.alloc(68, 19) });
    },
    async call() {
      const stale = [140, 155, 171, 188, 203, 240].map(gone);
      const handshake = Buffer.concat([
        Buffer.of(19),
        Buffer.from('BitTorrent protocol'),
        Buffer.alloc(48, 7),
      ]);
      for (let round = 0; round < 2; round++) {
        const peers = [...PEERS, ...stale].map((to) =>
          talk({ from: CLIENTS[1], to, port: 6881, say: [handshake] }),
        );
        await Promise.all(peers);
        await wait(500);
      }
    },
  },
  backup: {
    serve: () => answering('198.18.0.30', 9102),
    async call() {
      for (const from of CLIENTS) {
        const blocks = Array.from({ length: 6 }, () => Buffer.alloc(8000, 90));
        await talk({ from, to: '198.18.0.30', port: 9102, say: blocks });
      }
      for (let round = 0; round < 3; round++)
        await talk({ from: CLIENTS[2], to: gone(230), port: 9102, say: [] });
    },
  },
  monitoring: {
    serve() {
      for (const address of PEERS) for (const port of [22, 80]) answering(address, port);
    },
    async call() {
      for (let round = 0; round < 3; round++) {
        for (const to of [...PEERS, gone(150), gone(151)]) {
          await run('ping', ['-c', '1', '-W', '1', '-I', CLIENTS[3], to]).catch(() => undefined);
          await Promise.all(
            [22, 80].map((port) => talk({ from: CLIENTS[3], to, port, say: ['status\r\n'] })),
          );
        }
      }
    },
  },
  ntp: {
    serve() {
      const clock = createSocket('udp4');
      clock.on('message', (_, { port, address }) => clock.send(Buffer.alloc(48, 0x24), port, address));
      clock.bind(123, '198.18.0.40');
    },
    async call() {
      const payload = Buffer.alloc(48);
      payload[0] = 0x23;
      for (let round = 0; round < 8; round++) {
        for (const from of CLIENTS) await ask({ from, to: '198.18.0.40', port: 123, payload });
        await ask({ from: CLIENTS[4], to: gone(199), port: 123, payload });
      }
    },
  },
  ssh: {
    serve() {
      for (const address of PEERS) answering(address, 22, { greeting: 'SSH-2.0-server\r\n' });
    },
    async call() {
      for (const from of CLIENTS) {
        for (const to of PEERS)
          await talk({ from, to, port: 22, say: ['SSH-2.0-client\r\n', Buffer.alloc(600, 20)] });
      }
      await talk({ from: CLIENTS[0], to: gone(222), port: 22, say: [] });
    },
  },
  mail: {
    serve: () => answering('198.18.0.50', 25, { greeting: '220 mail.example\r\n', answer: '250 ok\r\n' }),
    async call() {
      const say = [
        'EHLO a.example\r\n',
        'MAIL FROM:<a@a.example>\r\n',
        'RCPT TO:<b@b.example>\r\n',
        'QUIT\r\n',
      ];
      for (let round = 0; round < 6; round++) {
        for (const from of CLIENTS.slice(0, 3)) await talk({ from, to: '198.18.0.50', port: 25, say });
      }
      for (const host of [160, 161]) await talk({ from: CLIENTS[0], to: gone(host), port: 25, say });
    },
  },
  'ping-sweep': {
    call: () =>
      run('fping', ['-q', '-r', '0', '-t', '200', '-S', CLIENTS[4], '-g', gone(1), gone(160)]).catch(
        () => undefined,
      ),
  },
  dhcp: {
    async call() {
      for (let host = 1; host <= 12; host++) await lease(0x5e50_0000 + host);
    },
  },
};

const [, , side, name] = process.argv;
const both = traffic[name];
if (both === undefined || (side !== 'serve' && side !== 'call')) {
  console.error(`usage: traffic.mjs serve|call ${Object.keys(traffic).join('|')}`);
  process.exit(2);
}
await both[side]?.();
if (side === 'serve') setInterval(() => undefined, 1000);
else process.exit(0);
