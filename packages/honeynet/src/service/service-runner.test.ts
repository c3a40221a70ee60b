import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { emptyTemplate } from '../config/honeynet-builder.ts';
import type { PortAction, Template } from '../model.ts';
import type { Connector, ProcessListener, RemoteEnd } from './process-spawner.ts';
import {
  FakeConnection,
  FakeProcess,
  FakeSpawner,
  FakeTime,
  octetsOf,
  textOf,
} from './service-test-support.ts';
import { HoneynetServices } from './service-runner.ts';
import { formatFrame } from './worker-protocol.ts';

const template: Template = { ...emptyTemplate('10.1.2.3'), personality: 'Linux 2.4.20' };
const SESSION = { localAddress: 0x0a010203, localPort: 53, remoteAddress: 0xc0000205, remotePort: 40_000 };

class FakeConnector implements Connector {
  readonly opened: { readonly remote: RemoteEnd; readonly process: FakeProcess }[] = [];
  readonly datagrams: { readonly remote: RemoteEnd; readonly reply: (payload: Uint8Array) => void }[] = [];

  connect(remote: RemoteEnd, listener: ProcessListener): FakeProcess {
    const made = new FakeProcess({ words: [], environment: {}, limits: template.process }, listener);
    this.opened.push({ remote, process: made });
    return made;
  }

  sendDatagram(remote: RemoteEnd, _payload: Uint8Array, reply: (payload: Uint8Array) => void): void {
    this.datagrams.push({ remote, reply });
  }
}

function setUp() {
  const [spawner, connector, time] = [new FakeSpawner(), new FakeConnector(), new FakeTime()];
  const messages: string[] = [];
  const services = new HoneynetServices({
    spawner,
    connector,
    clock: time.clock,
    stream: randomStreams('1').stream('test/services'),
    schedule: time.schedule,
    sourceSystem: () => 'Windows XP',
    today: () => '2004-08-12',
    onMessage: (_, line) => messages.push(line),
  });
  return { spawner, connector, time, messages, services };
}

const script = (command: string): PortAction => ({ kind: 'script', command, tarpit: false });
const internal = (service: string): PortAction => ({ kind: 'internal', service, tarpit: false });

function datagramOf(text: string): typeof SESSION & { readonly payload: Uint8Array } {
  return { ...SESSION, payload: octetsOf(text) };
}

describe('a script behind a TCP port', () => {
  it('gets the words and the environment that Honeyd promises, and nothing else', () => {
    const { services, spawner } = setUp();
    services.tcp(
      script('sh web.sh $ipsrc:$sport $ipdst $dport $date $srcport'),
      new FakeConnection(),
      template,
    );
    const [{ request }] = spawner.started as [FakeProcess];
    expect(request.words).toEqual([
      'sh',
      'web.sh',
      '192.0.2.5:40000',
      '10.1.2.3',
      '80',
      '2004-08-12',
      '$srcport',
    ]);
    expect(request.environment).toEqual({
      HONEYD_IP_SRC: '192.0.2.5',
      HONEYD_IP_DST: '10.1.2.3',
      HONEYD_SRC_PORT: '40000',
      HONEYD_DST_PORT: '80',
      HONEYD_PERSONALITY: 'Linux 2.4.20',
      HONEYD_TEMPLATE_NAME: '10.1.2.3',
      HONEYD_REMOTE_OS: 'Windows XP',
    });
  });

  it('has the connection as its input and output, ends included', () => {
    const { services, spawner, messages } = setUp();
    const connection = new FakeConnection();
    const service = services.tcp(script('cat'), connection, template)!;
    const [program] = spawner.started as [FakeProcess];
    service.data(octetsOf('GET / '));
    service.data(octetsOf('HTTP/1.0'));
    service.ended();
    program.listener.message('served');
    program.listener.output(octetsOf('200 OK'));
    program.listener.exited(null);
    expect(textOf(program.input)).toBe('GET / HTTP/1.0');
    expect([program.hasInputEnded, connection.sent, connection.hasEnded]).toEqual([true, '200 OK', true]);
    expect(messages).toEqual(['served']);
  });

  it('is slowed down by a slow peer, and slows down a fast one', () => {
    const { services, spawner } = setUp();
    const connection = new FakeConnection(10);
    const service = services.tcp(script('yes'), connection, template)!;
    const [program] = spawner.started as [FakeProcess];
    const text = 'y\n'.repeat(50_000);
    program.listener.output(octetsOf(text));
    expect(program.isOutputPaused).toBe(true);
    program.listener.exited(null);
    expect(connection.hasEnded).toBe(false);
    while (!connection.hasEnded) {
      connection.room = 4096;
      service.writable();
    }
    expect(connection.sent).toBe(text);
    const other = new FakeConnection();
    const fast = services.tcp(script('slow'), other, template)!;
    const slow = spawner.started[1]!;
    slow.isFull = true;
    fast.data(octetsOf('much'));
    expect(other.isPaused).toBe(true);
    slow.listener.drained();
    expect(other.isPaused).toBe(false);
  });

  it('dies with its connection, and ends it when there are too many', () => {
    const { services, spawner, messages } = setUp();
    services.tcp(script('cat'), new FakeConnection(), template)!.closed('reset');
    expect(spawner.started[0]!.isKilled).toBe(true);
    spawner.isExhausted = true;
    const refused = new FakeConnection();
    expect(services.tcp(script('cat'), refused, template)).toBeNull();
    expect(refused.hasEnded).toBe(true);
    expect(messages).toEqual(['too many scripts run; this one was not started']);
  });
});

describe('other actions', () => {
  it('forwards to the proxy that the configuration names, variables expanded', () => {
    const { services, connector, messages } = setUp();
    const connection = new FakeConnection();
    const action: PortAction = { kind: 'proxy', host: '10.9.9.9', port: '$dport', tarpit: false };
    const service = services.tcp(action, connection, template)!;
    const [{ remote, process: far }] = connector.opened as [FakeConnector['opened'][number]];
    expect(remote).toEqual({ host: '10.9.9.9', port: 80, askedBy: '192.0.2.5' });
    service.data(octetsOf('hello'));
    far.listener.output(octetsOf('back'));
    expect([textOf(far.input), connection.sent]).toEqual(['hello', 'back']);
    far.listener.reset?.('10.9.9.9:80: cut off');
    expect([connection.wasAborted, messages]).toEqual([true, ['10.9.9.9:80: cut off']]);
  });

  it.each(['$ipsrc', '192.0.2.5'])('never turns against a source: no proxy to %s', (host) => {
    const { services, connector, messages } = setUp();
    const connection = new FakeConnection();
    const action: PortAction = { kind: 'proxy', host, port: '$dport', tarpit: false };
    expect(services.tcp(action, connection, template)).toBeNull();
    const datagram = { ...SESSION, payload: octetsOf('x') };
    services.udp(action, datagram, () => undefined, template);
    expect([connection.hasEnded, connector.opened.length, connector.datagrams.length]).toEqual([true, 0, 0]);
    expect(messages).toEqual([`the proxy leads nowhere: ${host}:$dport`]);
  });

  it.each([
    ['1', 1],
    ['65535', 65_535],
    ['0', null],
    ['65536', null],
    ['1.5', null],
  ])('leads a proxy to port %s: %j', (port, wanted) => {
    const { services, connector } = setUp();
    services.tcp({ kind: 'proxy', host: '10.9.9.9', port, tarpit: false }, new FakeConnection(), template);
    expect(connector.opened.map(({ remote }) => remote.port)).toEqual(wanted === null ? [] : [wanted]);
  });

  it('refuses a proxy that leads nowhere', () => {
    const { services, connector, messages } = setUp();
    const connection = new FakeConnection();
    const action: PortAction = { kind: 'proxy', host: '10.0.0.1', port: '$nothing', tarpit: false };
    expect(services.tcp(action, connection, template)).toBeNull();
    expect([connection.hasEnded, connector.opened.length]).toEqual([true, 0]);
    expect(messages).toEqual(['the proxy leads nowhere: 10.0.0.1:$nothing']);
  });

  it('echoes every octet in order, however little room there is', () => {
    const { services } = setUp();
    const connection = new FakeConnection(3);
    const service = services.tcp(internal('echo'), connection, template)!;
    service.data(octetsOf('abcdef'));
    expect(connection.isPaused).toBe(true);
    service.ended();
    connection.room = 2;
    service.writable();
    expect([connection.sent, connection.hasEnded]).toEqual(['abcde', false]);
    connection.room = 100;
    service.writable();
    expect([connection.sent, connection.hasEnded, connection.isPaused]).toEqual(['abcdef', true, false]);
  });

  it('answers from a tarpit one octet a second', () => {
    const { services, spawner, time } = setUp();
    const connection = new FakeConnection();
    services.tcp({ kind: 'script', command: 'banner', tarpit: true }, connection, template);
    spawner.started[0]!.listener.output(octetsOf('220 ready'));
    expect(connection.sent).toBe('2');
    time.pass(3);
    expect(connection.sent).toBe('220 ');
    time.pass(60);
    expect(connection.sent).toBe('220 ready');
  });
});

describe('UDP', () => {
  it('never answers more than it was asked, nor the same source too often', () => {
    const { services, time } = setUp();
    const answers: string[] = [];
    const ask = (text: string): void =>
      services.udp(internal('echo'), datagramOf(text), (payload) => answers.push(textOf(payload)), template);
    ask('ping');
    expect(answers).toEqual(['ping']);
    for (let i = 0; i < 100; i++) ask('again');
    expect(answers.length).toBe(10);
    time.pass(0.5);
    for (let i = 0; i < 100; i++) ask('again');
    expect(answers.length).toBe(15);
  });

  it('drops what a script answers beyond the length of the request', () => {
    const { services, spawner } = setUp();
    const answers: string[] = [];
    services.udp(script('dns'), datagramOf('12345678'), (payload) => answers.push(textOf(payload)), template);
    const { listener } = spawner.started[0]!;
    for (const answer of ['12345', '6789', '678', '9']) listener.output(octetsOf(answer));
    expect(answers).toEqual(['12345', '678']);
  });

  it('keeps one script for a session until it has been idle for a minute', () => {
    const { services, spawner, time } = setUp();
    const ask = (): void => services.udp(script('dns'), datagramOf('q'), () => undefined, template);
    ask();
    time.pass(59);
    ask();
    time.pass(59);
    expect(spawner.started.length).toBe(1);
    expect(textOf(spawner.started[0]!.input)).toBe('qq');
    time.pass(2);
    expect(spawner.started[0]!.isKilled).toBe(true);
    ask();
    expect(spawner.started.length).toBe(2);
  });
});

describe('a worker', () => {
  const action = internal('worker node web.mjs --fast');
  const frame = (type: 'D' | 'E' | 'R' | 'M', connection: number, text = ''): Uint8Array =>
    formatFrame({ type, connection, payload: octetsOf(text) });

  it('serves many connections with one process', () => {
    const { services, spawner, messages } = setUp();
    const connections = Array.from({ length: 100 }, () => new FakeConnection());
    const served = connections.map((connection) => services.tcp(action, connection, template)!);
    expect(spawner.started.length).toBe(1);
    const [worker] = spawner.started as [FakeProcess];
    expect(worker.request.words).toEqual(['node', 'web.mjs', '--fast']);
    served[7]!.data(octetsOf('hi'));
    // Answers in one chunk, in another order, one of them in two pieces.
    const answers = [
      frame('D', 99, 'last'),
      frame('D', 7, 'seven'),
      frame('E', 7),
      frame('M', 0, 'busy'),
      frame('R', 3),
    ];
    const joined = Uint8Array.from(answers.flatMap((octets) => Array.from(octets)));
    worker.listener.output(joined.subarray(0, 20));
    worker.listener.output(joined.subarray(20));
    expect([connections[99]!.sent, connections[7]!.sent, connections[7]!.hasEnded]).toEqual([
      'last',
      'seven',
      true,
    ]);
    expect(connections[3]!.wasAborted).toBe(true);
    expect(messages).toEqual(['busy']);
  });

  it('learns who connects, what comes, and when it is over', () => {
    const { services, spawner } = setUp();
    const service = services.tcp(action, new FakeConnection(), template)!;
    service.data(octetsOf('GET'));
    service.ended();
    service.closed('done');
    const text = textOf(spawner.started[0]!.input);
    const letters = [...text.matchAll(/[ODEC]\0\0\0\0/g)].map(([match]) => match[0]);
    expect(letters).toEqual(['O', 'D', 'E', 'C']);
    expect(text).toContain('"HONEYD_IP_SRC":"192.0.2.5"');
  });

  it('takes its connections with it when it dies, and is started again for the next', () => {
    const { services, spawner, messages } = setUp();
    const connection = new FakeConnection();
    services.tcp(action, connection, template);
    spawner.started[0]!.listener.exited('was ended by SIGSEGV');
    expect(connection.hasEnded).toBe(true);
    expect(messages).toEqual(['the worker was ended by SIGSEGV']);
    services.tcp(action, new FakeConnection(), template);
    expect(spawner.started.length).toBe(2);
  });

  it('is ended when it breaks the protocol', () => {
    const { services, spawner, messages } = setUp();
    services.tcp(action, new FakeConnection(), template);
    spawner.started[0]!.listener.output(octetsOf('Hello, world'));
    expect(spawner.started[0]!.isKilled).toBe(true);
    expect(messages[0]).toContain('a worker sends frames of type D, E, R and M, not "H"');
  });
});
