// Where proxies lead, and where they never do; servers on loopback.
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningProcess } from '@wormwood/honeynet';
import { RemoteConnector } from './remote-connector.ts';

const HERE = '127.0.0.1';
const ELSEWHERE = '192.0.2.1';
const connector = new RemoteConnector();
let server: Server;
let datagrams: DatagramSocket;
let connections = 0;
let received = 0;

beforeAll(async () => {
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => {}).pipe(socket);
  });
  await once(server.listen(0, HERE), 'listening');
  datagrams = createSocket('udp4');
  datagrams.on('message', (payload, { port, address }) => {
    received++;
    datagrams.send(payload, port, address);
  });
  datagrams.bind(0, HERE);
  await once(datagrams, 'listening');
});

afterAll(() => {
  connector.close();
  server.close();
  datagrams.close();
});

/** What comes back of a word written to the port, and why it ended. */
async function spoken(host: string, askedBy: string): Promise<{ answer: string; reason: string | null }> {
  let answer = '';
  const { port } = server.address() as AddressInfo;
  const reason = await new Promise<string | null>((resolve) => {
    const process = connector.connect(
      { host, port, askedBy },
      {
        output: (octets) => (answer += Buffer.from(octets).toString()),
        message: () => {},
        drained: () => {},
        exited: resolve,
      },
    )!;
    process.write(Buffer.from('word'));
    process.endInput();
  });
  return { answer, reason };
}

it.each([HERE, 'localhost'])('reaches %s and hands on what it says', async (host) => {
  const before = connections;
  expect(await spoken(host, ELSEWHERE)).toEqual({ answer: 'word', reason: null });
  expect(connections).toBe(before + 1);
});

it.each([HERE, 'localhost', '::ffff:127.0.0.1', '::ffff:7f00:1', '127.1'])(
  'never reaches %s for whoever asks from there',
  async (host) => {
    const before = connections;
    const { answer, reason } = await spoken(host, HERE);
    expect(answer).toBe('');
    expect(reason).toContain('the proxy leads back to whoever asks');
    expect(connections).toBe(before);
  },
);

it('a target that cuts a connection off has it cut off for the client, and the other way round', async () => {
  const servers: Server[] = [];
  const portOf = async (serve: (socket: Socket) => void): Promise<number> => {
    const made = createServer(serve);
    servers.push(made);
    await once(made.listen(0, HERE), 'listening');
    return (made.address() as AddressInfo).port;
  };
  const ended = (port: number): Promise<readonly [string, string | null]> =>
    new Promise((resolve) => {
      connector.connect(
        { host: HERE, port, askedBy: ELSEWHERE },
        {
          output() {},
          message() {},
          drained() {},
          exited: (reason) => resolve(['exited', reason]),
          reset: (reason) => resolve(['reset', reason]),
        },
      );
    });
  const cuts = await portOf((socket) => socket.on('error', () => {}).resetAndDestroy());
  expect(await ended(cuts)).toEqual(['reset', expect.stringContaining('ECONNRESET')]);
  const ends = await portOf((socket) => socket.end());
  expect(await ended(ends)).toEqual(['exited', null]);
  const refuses = await portOf(() => {});
  await new Promise((resolve) => servers[2]!.close(resolve));
  expect(await ended(refuses)).toEqual(['reset', expect.stringContaining('ECONNREFUSED')]);

  let client: RunningProcess | null = null;
  let settle: (how: string | undefined) => void = () => {};
  const outcome = new Promise<string | undefined>((resolve) => (settle = resolve));
  const port = await portOf((socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code)).on('end', () => settle('FIN'));
    socket.once('data', () => client?.reset?.());
  });
  const silent = { output() {}, message() {}, drained() {}, exited() {} };
  client = connector.connect({ host: HERE, port, askedBy: ELSEWHERE }, silent);
  client?.write(Buffer.from('word'));
  expect(await outcome).toBe('ECONNRESET');
  for (const made of servers) made.close();
});

it('hands on datagrams and their answers, but none to whoever asks', async () => {
  const { port } = datagrams.address();
  const answer = (host: string, askedBy: string): Promise<string> =>
    new Promise((resolve) => {
      connector.sendDatagram({ host, port, askedBy }, Buffer.from('word'), (payload) =>
        resolve(Buffer.from(payload).toString()),
      );
    });
  for (const host of [HERE, 'localhost', '127.1']) void answer(host, HERE);
  // What leads elsewhere is sent later and answered: the others had their time.
  for (const host of [HERE, 'localhost', '127.1']) expect(await answer(host, ELSEWHERE)).toBe('word');
  expect(received).toBe(3);
});
