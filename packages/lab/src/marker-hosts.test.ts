import { AddressSet, randomStreams, VirtualClock } from '@wormwood/base';
import { memoryLink, plainBehavior, silentObserver, Stack, type StackHost } from '@wormwood/netstack';
import { dissect, findLayer, ipv4, linkType, pseudoHeaderSum, tcp } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { LAB_MARKER, MarkerHosts } from './marker-hosts.ts';
import { MemoryNetwork } from './memory-network.ts';

const PORT = 4444;
const HOST_A = 0x0a42_0001;
const HOST_B = 0x0a42_0002;
const HONEYPOT = 0x0a42_0100;
const SPACE = AddressSet.fromCidrs([{ address: 0x0a42_0000, prefixLength: 16 }]);

/** Two marker hosts and a honeypot of the real stack that remembers what it was sent. */
function lab() {
  const network = new MemoryNetwork({
    space: SPACE,
    isHost: (address) => address === HOST_A || address === HOST_B,
    isHoneypot: (address) => address === HONEYPOT,
  });
  const received: [number, number][] = [];
  const hosts = new MarkerHosts({
    device: network.hosts,
    hostAt: (address) => [HOST_A, HOST_B].indexOf(address),
    port: PORT,
    stream: randomStreams('1').stream('test'),
    received: (host, source) => received.push([host, source]),
  });
  const record: string[] = [];
  const honeypot: StackHost = {
    behavior: plainBehavior(new Uint8Array(16)),
    linkAddressAt: () => null,
    answersEcho: true,
    tcpPort: (port) => (port === PORT ? 'open' : 'closed'),
    udpPort: () => 'closed',
    acceptTcp: () => ({
      data: (octets) => record.push(new TextDecoder().decode(octets)),
      ended: () => record.push('ended'),
      writable: () => undefined,
      closed: (reason) => record.push(reason),
    }),
    receiveUdp: () => undefined,
  };
  const stack = new Stack({
    device: network.honeynet,
    hosts: { find: (address) => (address === HONEYPOT ? honeypot : null) },
    clock: new VirtualClock(),
    streams: randomStreams('2'),
    observer: { ...silentObserver, flowOpen: ({ remoteAddress }) => record.push(`open ${remoteAddress}`) },
    linkAddress: 0,
  });
  const settle = (): void => {
    for (hosts.work(100); network.forward() > 0; hosts.work(100)) stack.work(100);
  };
  return { hosts, network, received, record, settle };
}

describe('MarkerHosts', () => {
  it('carries the marker from host to host over a completed handshake', () => {
    const { hosts, network, received, settle } = lab();
    hosts.probe(HOST_A, HOST_B);
    settle();
    expect(received).toEqual([[1, HOST_A]]);
    // SYN, SYN/ACK, ACK with marker, RST.
    expect(network.counts()).toEqual({ toHosts: 4, toHoneynet: 0, unanswered: 0, strayed: 0 });
    expect(hosts.counts()).toEqual({ sent: 4, received: 4, markersSent: 1, markersReceived: 1, dropped: 0 });
  });

  it('opens a connection to a honeypot of the real stack, which reads the marker', () => {
    const { hosts, received, record, settle } = lab();
    hosts.probe(HOST_A, HONEYPOT);
    settle();
    expect(record).toEqual([`open ${HOST_A}`, LAB_MARKER, 'reset']);
    expect(received).toEqual([]);
  });

  it('sends a single frame to an address where nobody is, and none leaves the lab', () => {
    const { hosts, network, settle } = lab();
    hosts.probe(HOST_A, 0x0a42_0999);
    hosts.probe(HOST_A, 0x0808_0808);
    settle();
    expect(network.counts()).toEqual({ toHosts: 0, toHoneynet: 0, unanswered: 1, strayed: 1 });
    expect(hosts.counts().sent).toBe(2);
  });

  it.each([
    ['a marker', PORT, tcp.flag.ACK, LAB_MARKER],
    ['a SYN/ACK', 40_000, tcp.flag.SYN | tcp.flag.ACK, ''],
  ])('does not believe %s whose sender never saw the sequence number', (_, destinationPort, flags, text) => {
    const [near, far] = memoryLink({ medium: 'ip' });
    const hosts = new MarkerHosts({
      device: near,
      hostAt: (address) => (address === HOST_A ? 0 : -1),
      port: PORT,
      stream: randomStreams('1').stream('test'),
      received: () => undefined,
    });
    const sourcePort = destinationPort === PORT ? 40_000 : PORT;
    const payload = new TextEncoder().encode(text);
    const ends = { source: HOST_B, destination: HOST_A };
    const segment = { sourcePort, destinationPort, sequenceNumber: 1, acknowledgmentNumber: 12_345, flags };
    const frame = new Uint8Array(40 + payload.length);
    const header = { typeOfService: 0, identification: 0, timeToLive: 64, fragmentOffset: 0, options: [] };
    const bits = { reservedFlag: false, dontFragment: true, moreFragments: false };
    ipv4.emit(
      { ...header, ...bits, ...ends, protocol: 6, payload: new Uint8Array(20 + payload.length) },
      frame,
    );
    const rest = { reserved: 0, window: 1000, urgentPointer: 0, options: [], payload };
    tcp.emit({ ...segment, ...rest }, frame, 20, pseudoHeaderSum(ends));
    far.transmitBuffer.set(frame, far.reserve());
    far.commit(frame.length);
    far.flush();
    hosts.work(10);
    expect(hosts.counts()).toEqual({ sent: 0, received: 1, markersSent: 0, markersReceived: 0, dropped: 0 });
  });

  it('emits frames that an independent dissection finds whole', () => {
    const [near, far] = memoryLink({ medium: 'ethernet' });
    const hosts = new MarkerHosts({
      device: near,
      hostAt: () => -1,
      port: PORT,
      stream: randomStreams('1').stream('test'),
      received: () => undefined,
      link: { own: 0x02_0000_0000_01, router: 0x02_0000_0000_02 },
    });
    hosts.probe(HOST_A, HONEYPOT);
    hosts.work(1);
    far.receive(({ bytes, start, end }) => {
      const packet = dissect({ bytes: bytes.slice(start, end), linkType: linkType.ethernet, isCut: false });
      expect(packet.fault).toBeUndefined();
      expect(findLayer(packet, 'ethernet')).toMatchObject({ source: 0x02_0000_0000_01 });
      expect(findLayer(packet, 'ipv4')).toMatchObject({ source: HOST_A, destination: HONEYPOT });
      expect(findLayer(packet, 'tcp')).toMatchObject({ flags: 2, destinationPort: PORT });
    }, 1);
  });
});
