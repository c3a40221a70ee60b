/**
 * The virtual hosts whose template says `dhcp`: each asks for an address with the Ethernet address of its own and answers
 * at it for as long as its lease lasts. A layer over the device: answers of DHCP servers end here, all else passes.
 */
import { type Clock, formatIpv4, type RandomStreams } from '@wormwood/base';
import {
  type Binding,
  type DhcpClient as DhcpStatement,
  type DispatcherComponents,
  type DhcpNews,
  ethernetOf,
} from '@wormwood/honeynet';
import { DhcpClient, type DhcpLease, type FrameReceiver, type LinkDevice } from '@wormwood/netstack';
import {
  arp,
  dhcpv4,
  ethernet,
  etherType,
  formatMac,
  ipProtocol,
  ipv4,
  isMalformed,
  pseudoHeaderSum,
  readMac,
  readU16,
  readU8,
  udp,
} from '@wormwood/wire';

export interface DhcpHostsComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  readonly streams: RandomStreams;
  readonly statements: readonly DhcpStatement[];
  readonly linkAddressesOf: DispatcherComponents['linkAddressesOf'];
  /** What becomes of a host. @default it is not reported */
  readonly report?: (what: DhcpNews) => void;
  /** Called each time that a host comes to another address, or has none any more. */
  onChange(): void;
}

const CLIENT_PORT = 68;
const SERVER_PORT = 67;
const ETHERNET_BROADCAST = 0xffff_ffff_ffff;
const IPV4_BROADCAST = 0xffff_ffff;
const TIME_TO_LIVE = 64;
const NO_ADDRESS = 0;

interface DhcpHost {
  readonly statement: DhcpStatement;
  readonly linkAddress: number;
  readonly client: DhcpClient;
}

export class DhcpHosts implements LinkDevice {
  readonly medium: LinkDevice['medium'];
  readonly #components: DhcpHostsComponents;
  readonly #hosts: readonly DhcpHost[];
  /** Where frames to a server go: the Ethernet address that its answers came from. */
  /** The address of each host that has one, by the name of its template. */
  readonly #leased: Map<string, number> = new Map();
  readonly #linkAddressOfServer: Map<number, number> = new Map();

  constructor(components: DhcpHostsComponents) {
    const { device, clock, streams, statements } = components;
    this.medium = device.medium;
    this.#components = components;
    this.#hosts = statements.flatMap((statement, index): DhcpHost[] => {
      const words = ethernetOf(statement.template);
      // Of a vendor: by the number of the statement, since its IPv4 address is not known yet.
      const linkAddress = words === null ? undefined : components.linkAddressesOf(words)?.(index + 1);
      if (linkAddress === undefined) return [];
      const client = new DhcpClient({
        clock,
        stream: streams.stream(`sensor/dhcp/${statement.template.name}`),
        linkAddress,
        send: (message, source, destination) => this.#send(message, source, destination),
        probe: (address) => this.#probe(linkAddress, address),
        unanswered: () => this.#report(statement, linkAddress, { event: 'dhcp.silent' }),
        leased: (lease) => {
          const had = this.#leased.get(statement.template.name) === lease?.address;
          if (lease === null) this.#leased.delete(statement.template.name);
          else this.#leased.set(statement.template.name, lease.address);
          const event = lease === null ? 'dhcp.lost' : had ? 'dhcp.renewal' : 'dhcp.lease';
          this.#report(statement, linkAddress, { event, ...(lease === null ? {} : wordsOf(lease, clock)) });
          components.onChange();
        },
      });
      return [{ statement, linkAddress, client }];
    });
    for (const { client } of this.#hosts) client.start();
  }

  get mtuBytes(): number {
    return this.#components.device.mtuBytes;
  }

  get transmitBuffer(): Uint8Array {
    return this.#components.device.transmitBuffer;
  }

  /** The hosts that have an address now, as bindings. */
  bindings(): readonly Binding[] {
    return this.#hosts.flatMap(({ statement, linkAddress, client }): Binding[] => {
      if (client.lease === null) return [];
      const { address } = client.lease;
      // The address of the link is the host's own wherever it moves.
      const template = { ...statement.template, name: formatIpv4(address), ethernet: formatMac(linkAddress) };
      return [{ first: address, last: address, isNetwork: false, original: statement.original, template }];
    });
  }

  /** When `work` has to be called next, in seconds of the clock. */
  nextTimerSeconds(): number {
    return Math.min(...this.#hosts.map(({ client }) => client.nextTimerSeconds()));
  }

  /** Sends what is due. */
  work(): void {
    for (const { client } of this.#hosts) client.work();
  }

  /** Gives all addresses back. */
  release(): void {
    for (const { client } of this.#hosts) client.release();
    this.flush();
  }

  receive(receiver: FrameReceiver, budget: number): number {
    return this.#components.device.receive((frame) => {
      const { bytes, start, end } = frame;
      const message = replyIn(bytes, start, end);
      if (message === null) {
        this.#noteSpeaker(bytes, start, end);
        return receiver(frame);
      }
      const server = readMac(bytes, start + ethernet.field.source);
      for (const { client } of this.#hosts) {
        client.receive(message);
        if (client.lease !== null) this.#linkAddressOfServer.set(client.lease.server, server);
      }
    }, budget);
  }

  reserve(): number {
    return this.#components.device.reserve();
  }

  commit(lengthBytes: number): void {
    this.#components.device.commit(lengthBytes);
  }

  flush(): void {
    this.#components.device.flush();
  }

  /** A machine that speaks ARP for an address has it; one that probes for it wants it as much as we do (RFC 5227 2.1.1). */
  #noteSpeaker(bytes: Uint8Array, start: number, end: number): void {
    const said = arpIn(bytes, start, end);
    if (said === null) return;
    const address = said.senderAddress === NO_ADDRESS ? said.targetAddress : said.senderAddress;
    for (const { client, linkAddress, statement } of this.#hosts) {
      if (said.senderMac === linkAddress) continue;
      if (said.senderAddress === NO_ADDRESS && client.state !== 'checking') continue;
      if (client.conflict(address))
        this.#report(statement, linkAddress, { event: 'dhcp.conflict', ip: formatIpv4(address) });
    }
  }

  #report(statement: DhcpStatement, linkAddress: number, news: Omit<DhcpNews, 'host' | 'mac'>): void {
    this.#components.report?.({ host: statement.original, mac: formatMac(linkAddress), ...news });
  }

  #probe(linkAddress: number, address: number): void {
    const { device } = this.#components;
    const at = device.reserve();
    if (at < 0) return;
    const payload = new Uint8Array(arp.LENGTH);
    const probe = { senderMac: linkAddress, senderAddress: NO_ADDRESS, targetMac: 0, targetAddress: address };
    arp.emit({ operation: arp.operation.request, ...probe }, payload);
    const frame = {
      destination: ETHERNET_BROADCAST,
      source: linkAddress,
      tags: [],
      etherType: etherType.arp,
      payload,
    };
    device.commit(ethernet.emit(frame, device.transmitBuffer, at) - at);
    device.flush();
  }

  #send(message: dhcpv4.Repr, source: number, destination: number): void {
    const { device } = this.#components;
    const at = device.reserve();
    // It is repeated when nobody answers.
    if (at < 0) return;
    const payload = new Uint8Array(dhcpv4.length(message));
    dhcpv4.emit(message, payload);
    const datagram = new Uint8Array(udp.HEADER_LENGTH + payload.length);
    const ports = { sourcePort: CLIENT_PORT, destinationPort: SERVER_PORT };
    udp.emit({ ...ports, checksummed: true, payload }, datagram, 0, pseudoHeaderSum({ source, destination }));
    const packet = new Uint8Array(20 + datagram.length);
    ipv4.emit(
      {
        typeOfService: 0,
        identification: 0,
        reservedFlag: false,
        dontFragment: false,
        moreFragments: false,
        fragmentOffset: 0,
        timeToLive: TIME_TO_LIVE,
        protocol: ipProtocol.udp,
        source,
        destination,
        options: [],
        payload: datagram,
      },
      packet,
    );
    const isBroadcast = destination === IPV4_BROADCAST;
    const to = isBroadcast ? undefined : this.#linkAddressOfServer.get(destination);
    const frame = {
      destination: to ?? ETHERNET_BROADCAST,
      source: message.clientMac,
      tags: [],
      etherType: etherType.ipv4,
      payload: packet,
    };
    device.commit(ethernet.emit(frame, device.transmitBuffer, at) - at);
    device.flush();
  }
}

function wordsOf({ address, server, expiresSeconds }: DhcpLease, clock: Clock): Partial<DhcpNews> {
  const seconds = Math.round(expiresSeconds - clock.nowSeconds());
  return {
    ip: formatIpv4(address),
    server: formatIpv4(server),
    ...(Number.isFinite(seconds) ? { seconds } : {}),
  };
}

/** The ARP packet in a frame, or null. */
function arpIn(bytes: Uint8Array, start: number, end: number): arp.Repr | null {
  if (ethernet.check(bytes, start, end) !== undefined) return null;
  const arpStart = start + ethernet.readHeaderLength(bytes, start);
  if (readU16(bytes, arpStart - 2) !== etherType.arp) return null;
  const packet = arp.parse(bytes, arpStart, end);
  return isMalformed(packet) ? null : packet;
}

/** The message of a DHCP server in a frame, or null. */
function replyIn(bytes: Uint8Array, start: number, end: number): dhcpv4.Repr | null {
  if (ethernet.check(bytes, start, end) !== undefined) return null;
  const ipStart = start + ethernet.readHeaderLength(bytes, start);
  if (readU16(bytes, ipStart - 2) !== etherType.ipv4 || ipv4.check(bytes, ipStart, end) !== undefined)
    return null;
  if (readU8(bytes, ipStart + ipv4.field.protocol) !== ipProtocol.udp || ipv4.isFragment(bytes, ipStart))
    return null;
  const udpStart = ipStart + ipv4.readHeaderLength(bytes, ipStart);
  const ipEnd = ipStart + readU16(bytes, ipStart + ipv4.field.totalLength);
  if (udp.check(bytes, udpStart, ipEnd) !== undefined) return null;
  if (readU16(bytes, udpStart + udp.field.destinationPort) !== CLIENT_PORT) return null;
  const udpEnd = udpStart + readU16(bytes, udpStart + udp.field.length);
  const message = dhcpv4.parse(bytes, udpStart + udp.HEADER_LENGTH, udpEnd);
  return isMalformed(message) ? null : message;
}
