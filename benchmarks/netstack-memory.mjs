/**
 * What a connection costs: 100,000 handshakes are completed and held, once without a service behind the port, once with
 * one that does nothing, and once with one that has taken 100 octets and answered 100 that were acknowledged. Octets of
 * heap and buffers for each connection, after the collector ran. Prints a line of JSON.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { randomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink, plainBehavior, silentObserver, Stack } from '@wormwood/netstack';
import { ipProtocol, ipv4, pseudoHeaderSum, tcp } from '@wormwood/wire';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const CONNECTIONS = 100_000;
const BATCH = 200;
const LOCAL = 0x0a000001;
const FIRST_REMOTE = 0x0b000000;

function packetOf(remote, flags, sequenceNumber, acknowledgmentNumber, payload) {
  const segment = {
    sourcePort: 40_000,
    destinationPort: 80,
    sequenceNumber,
    acknowledgmentNumber,
    reserved: 0,
    flags,
    window: 65_535,
    urgentPointer: 0,
    options: (flags & tcp.flag.SYN) === 0 ? [] : [{ kind: 'mss', mssBytes: 1460 }, { kind: 'sackPermitted' }],
    payload,
  };
  const transport = new Uint8Array(tcp.length(segment));
  tcp.emit(segment, transport, 0, pseudoHeaderSum({ source: remote, destination: LOCAL }));
  const out = new Uint8Array(20 + transport.length);
  ipv4.emit(
    {
      typeOfService: 0,
      identification: 0,
      reservedFlag: false,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      timeToLive: 64,
      protocol: ipProtocol.tcp,
      source: remote,
      destination: LOCAL,
      options: [],
      payload: transport,
    },
    out,
  );
  return out;
}

function memoryInUse() {
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Octets a connection, with `accept` behind the port and `octets` exchanged both ways. */
function bytesPerConnection(accept, octets) {
  const [far, device] = memoryLink({ medium: 'ip', slots: 4 * BATCH });
  const host = {
    behavior: plainBehavior(new Uint8Array(16)),
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: () => 'open',
    udpPort: () => 'closed',
    acceptTcp: accept,
    receiveUdp() {},
  };
  const clock = new VirtualClock(1.7e9);
  const stack = new Stack({
    device,
    hosts: { find: (address) => (address === LOCAL ? host : null) },
    clock,
    streams: randomStreams('1'),
    observer: silentObserver,
    linkAddress: 0,
  });
  const before = memoryInUse();
  const payload = new Uint8Array(octets);
  const send = (packets) => {
    for (const packet of packets) {
      far.transmitBuffer.set(packet, far.reserve());
      far.commit(packet.length);
    }
    far.flush();
    // Round trips of 30 ms: what is measured takes room, too.
    clock.advanceBy(0.03);
    stack.work(packets.length);
    const answers = [];
    far.receive(({ bytes, start, end }) => answers.push(ipv4.parse(bytes.slice(start, end))), 1e6);
    return answers.map((packet) => ({ remote: packet.destination, segment: tcp.parse(packet.payload) }));
  };
  for (let first = 0; first < CONNECTIONS; first += BATCH) {
    const remotes = Array.from({ length: BATCH }, (_, i) => FIRST_REMOTE + first + i);
    const none = new Uint8Array(0);
    const agreed = send(remotes.map((remote) => packetOf(remote, tcp.flag.SYN, 0, 0, none)));
    const answers = send(
      agreed.map(({ remote, segment }) =>
        packetOf(remote, tcp.flag.ACK, 1, (segment.sequenceNumber + 1) >>> 0, payload),
      ),
    );
    send(
      answers.map(({ remote, segment }) => {
        const acknowledgment = (segment.sequenceNumber + segment.payload.length) >>> 0;
        return packetOf(remote, tcp.flag.ACK, 1 + octets, acknowledgment, none);
      }),
    );
  }
  if (stack.tcp.connectionCount !== CONNECTIONS) throw new Error(`${stack.tcp.connectionCount} are held`);
  return Math.round((memoryInUse() - before) / CONNECTIONS);
}

const nothing = { data() {}, ended() {}, writable() {}, closed() {} };

/** The smallest service that holds its connection. */
class Echo {
  constructor(connection) {
    this.connection = connection;
  }
  data(octets) {
    this.connection.write(octets);
  }
  ended() {}
  writable() {}
  closed() {}
}

console.log(
  JSON.stringify({
    benchmark: 'netstack-memory',
    connections: CONNECTIONS,
    bytesWithoutService: bytesPerConnection(() => null, 0),
    bytesWithIdleService: bytesPerConnection(() => nothing, 0),
    bytesAfterExchange: bytesPerConnection((connection) => new Echo(connection), 100),
  }),
);
