// What a client or a program can make a service hold or look up, at its bound.
import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { emptyTemplate } from '../config/honeynet-builder.ts';
import type { PortAction } from '../model.ts';
import { expandVariables } from './script-words.ts';
import { HoneynetServices } from './service-runner.ts';
import { FakeConnection, FakeSpawner, FakeTime, octetsOf } from './service-test-support.ts';
import { formatFrame } from './worker-protocol.ts';

const MEBIBYTE = 1 << 20;
const template = emptyTemplate('10.1.2.3');
const SESSION = { localAddress: 0x0a010203, localPort: 53, remoteAddress: 0xc0000205, remotePort: 40_000 };
const WORKER: PortAction = { kind: 'internal', service: 'worker sh worker.sh', tarpit: false };
const SCRIPT: PortAction = { kind: 'script', command: 'sh echo.sh', tarpit: false };

function setUp() {
  const [spawner, time] = [new FakeSpawner(), new FakeTime()];
  const messages: string[] = [];
  const services = new HoneynetServices({
    spawner,
    connector: { connect: () => null, sendDatagram: () => undefined },
    clock: time.clock,
    stream: randomStreams('1').stream('test/services'),
    schedule: time.schedule,
    sourceSystem: () => null,
    today: () => '2004-08-12',
    onMessage: (_, line) => messages.push(line),
  });
  return { spawner, time, messages, services };
}

describe('a variable in a command', () => {
  it.each(['$constructor', '$__proto__', '$toString', '$hasOwnProperty', '$valueOf'])(
    '%s is looked up among the variables alone',
    (name) => {
      expect(expandVariables(`sh ${name} $ipsrc`, SESSION, '2004-08-12')).toBe(`sh ${name} 192.0.2.5`);
    },
  );
});

describe('the output of a worker for a client that does not read', () => {
  it('waits up to 8 MiB, holds back what the client asks, and then the client is cut off alone', () => {
    const { services, spawner, messages } = setUp();
    const [slow, brisk] = [new FakeConnection(0), new FakeConnection()];
    services.tcp(WORKER, slow, template);
    services.tcp(WORKER, brisk, template);
    const idleBytes = slow.claimedBytes;
    const [worker] = spawner.started;
    const payload = new Uint8Array(MEBIBYTE / 4);
    for (let i = 0; i < 32; i++) worker!.listener.output(formatFrame({ type: 'D', connection: 0, payload }));
    expect(slow.wasAborted).toBe(false);
    // What waits counts as the client's memory.
    expect([slow.claimedBytes, brisk.claimedBytes]).toEqual([idleBytes + 8 * MEBIBYTE, idleBytes]);
    expect([slow.isPaused, brisk.isPaused]).toEqual([true, false]);
    worker!.listener.output(formatFrame({ type: 'D', connection: 0, payload: new Uint8Array(1) }));
    expect(slow.wasAborted).toBe(true);
    expect(messages).toEqual(['the client left 8388608 octets unread and was cut off']);
    worker!.listener.output(formatFrame({ type: 'D', connection: 1, payload: octetsOf('still here') }));
    expect(brisk.sent).toBe('still here');
    expect(brisk.wasAborted).toBe(false);
  });
});

describe('what a service keeps for a client', () => {
  const HTTP: PortAction = { kind: 'internal', service: 'http', tarpit: false };

  it('is claimed, and no more once the client has taken it', () => {
    const { services, spawner } = setUp();
    const client = new FakeConnection(10);
    const service = services.tcp(SCRIPT, client, template);
    const idleBytes = client.claimedBytes;
    expect(idleBytes).toBeGreaterThan(500);
    spawner.started[0]!.listener.output(new Uint8Array(1000));
    expect(client.claimedBytes - idleBytes).toBe(990);
    client.room = 400;
    service!.writable();
    expect(client.claimedBytes - idleBytes).toBe(590);
    client.room = 1000;
    service!.writable();
    expect(client.claimedBytes).toBe(idleBytes);
  });

  it('is claimed while a request is not whole', () => {
    const client = new FakeConnection();
    const service = setUp().services.tcp(HTTP, client, template);
    const idleBytes = client.claimedBytes;
    service!.data(octetsOf('GET / HTTP/1.0\r\n'));
    service!.data(octetsOf('host: a\r\n'));
    expect(client.claimedBytes - idleBytes).toBe(25);
    service!.data(octetsOf('\r\n'));
    expect(client.claimedBytes).toBe(idleBytes);
  });
});

describe('datagrams to a script that does not read', () => {
  it('are dropped until it does', () => {
    const { services, spawner } = setUp();
    const send = (text: string): void =>
      services.udp(SCRIPT, { ...SESSION, payload: octetsOf(text) }, () => undefined, template);
    send('a');
    const [script] = spawner.started;
    script!.isFull = true;
    send('b');
    for (let i = 0; i < 1000; i++) send('c');
    expect(script!.input).toEqual(octetsOf('ab'));
    script!.isFull = false;
    script!.listener.drained();
    send('d');
    expect(script!.input).toEqual(octetsOf('abd'));
  });
});

describe('the page that is served inside the sensor', () => {
  it('is sent at the blank line however the request is cut, and after 8,192 octets without one', () => {
    for (const size of [1, 2, 3, 100]) {
      const { services } = setUp();
      const connection = new FakeConnection();
      const service = services.tcp(
        { kind: 'internal', service: 'http', tarpit: false },
        connection,
        template,
      );
      const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
      for (let at = 0; at < request.length; at += size) service?.data(octetsOf(request.slice(at, at + size)));
      expect(connection.sent).toMatch(/^HTTP\/1\.0 200 OK/);
    }
    const { services } = setUp();
    const connection = new FakeConnection();
    const service = services.tcp({ kind: 'internal', service: 'http', tarpit: false }, connection, template);
    for (let i = 0; i < 8191; i++) service?.data(octetsOf('x'));
    expect(connection.sent).toBe('');
    service?.data(octetsOf('x'));
    expect(connection.hasEnded).toBe(true);
  });
});
