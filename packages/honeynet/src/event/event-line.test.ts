// Lines that are written in place are those that JSON.stringify makes of the same event, whose fields stand here once more.
import { formatTimestamp, printable, randomStreams, VirtualClock } from '@wormwood/base';
import type { Flow, SourceProof } from '@wormwood/netstack';
import { formatIp, communityId, formatMac } from '@wormwood/wire';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SensorEvent } from './event.ts';
import { EventMaker } from './event-maker.ts';
import { lineSink } from './event-maker-test-support.ts';

const SEED = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
const port = fc.integer({ min: 0, max: 0xffff });
const address = fc.integer({ min: 0, max: 0xffff_ffff });
const flow: fc.Arbitrary<Flow> = fc.record({
  remoteAddress: address,
  remotePort: port,
  localAddress: address,
  localPort: port,
});
/** Names that JSON must escape, beyond ASCII and of many octets, among them. */
const name = fc.oneof(fc.constantFrom('host', 'ä"\\\u2028', '\u0007\u202e'), fc.string({ unit: 'binary' }));
const setting = fc.record({
  flow,
  sensor: name,
  host: fc.option(name),
  vlan: fc.constantFrom(0, 0, 7, 4095, 7 * 8192 + 4096 + 9),
  seconds: fc.oneof(fc.constant(1_645_557_742), fc.double({ min: 0, max: 2 ** 32 - 400_000, noNaN: true })),
  number: fc.integer({ min: 0, max: 0xffff_ffff }),
  octet: fc.integer({ min: 0, max: 255 }),
  marks: fc.integer({ min: 0, max: 31 }),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

const LETTERS = 'FSRPAUEC';
const MARKS = ['zmap', 'masscan', 'mirai', 'bare-syn', 'high-ttl'];
const ROUTED: SourceProof = { linkAddress: 0x02_00_00_00_00_0a, kind: 'router', forgeable: null };
const UNPROVEN: SourceProof = { linkAddress: null, kind: 'none', forgeable: 'no-link-address' };

function play(
  { sensor, host, vlan, seconds, marks }: Setting,
  act: (made: EventMaker, clock: VirtualClock) => void,
) {
  const lines: string[] = [];
  const clock = new VirtualClock(seconds);
  const made = new EventMaker({
    sensor,
    clock,
    stream: randomStreams('7').stream('events'),
    hostName: () => host,
    vlan: () => vlan,
    synMarks: () => marks,
    sink: lineSink(lines),
  });
  act(made, clock);
  return lines;
}

/** The whole line of an event, given the one that was written for what is drawn. */
function expected(line: string, { sensor, seconds }: Setting, body: object): string {
  const { id } = JSON.parse(line) as SensorEvent;
  const head = { v: 1, id, ts: formatTimestamp(seconds), sensor: printable(sensor) };
  return `${JSON.stringify({ ...head, ...body })}\n`;
}

function fieldsOf(
  { flow: ends, host, vlan }: Setting,
  {
    protocol,
    proto,
    ports,
    session,
  }: { protocol: number; proto: string; ports: readonly [number, number]; session?: string },
  hasPorts = true,
): object {
  const { remoteAddress: source, localAddress: destination } = ends;
  const [sourcePort, destinationPort] = ports;
  const outer = Math.floor(vlan / 8192);
  return {
    host: host === null ? null : printable(host),
    src_ip: formatIp(source),
    dst_ip: formatIp(destination),
    proto,
    community_id: communityId({ protocol, source, destination, sourcePort, destinationPort }),
    session,
    ...(hasPorts ? { src_port: sourcePort, dst_port: destinationPort } : {}),
    ...(vlan === 0 ? {} : { vlan: vlan % 4096 }),
    ...(outer === 0 ? {} : { outer_vlan: outer }),
  };
}

function hold(property: (given: Setting) => void): void {
  fc.assert(fc.property(setting, property), { seed: SEED, numRuns: 300 });
}

it(`of a probe: seed ${SEED}`, () => {
  hold((given) => {
    const { flow: ends, number, octet, marks } = given;
    const { remoteAddress, remotePort, localAddress, localPort } = ends;
    const [from, to] = [formatIp(remoteAddress), formatIp(localAddress)];
    const ports = [remotePort, localPort] as const;
    const code = octet >> 4;
    const [tcp, udp, icmp, other] = play(given, (made) => {
      made.tcpProbe(ends, octet, number);
      made.udpProbe(ends, number);
      made.icmp(remoteAddress, localAddress, octet, code, number);
      made.other(remoteAddress, localAddress, 47, number);
    });
    const letters = [...LETTERS].filter((_, bit) => (octet & (1 << bit)) !== 0).join('');
    expect(tcp).toBe(
      expected(tcp!, given, {
        event: 'probe.tcp',
        ...fieldsOf(given, { protocol: 6, proto: 'tcp', ports }),
        tcp_flags: letters,
        ip_length: number,
        ...(marks === 0 ? {} : { marks: MARKS.filter((_, bit) => (marks & (1 << bit)) !== 0) }),
        backscatter: letters.includes('R') || (letters.includes('S') && letters.includes('A')),
        message: `TCP ${letters} from ${from}:${remotePort} to ${to}:${localPort}`,
      }),
    );
    expect(udp).toBe(
      expected(udp!, given, {
        event: 'probe.udp',
        ...fieldsOf(given, { protocol: 17, proto: 'udp', ports }),
        ip_length: number,
        message: `UDP from ${from}:${remotePort} to ${to}:${localPort}`,
      }),
    );
    expect(icmp).toBe(
      expected(icmp!, given, {
        event: 'probe.icmp',
        ...fieldsOf(given, { protocol: 1, proto: 'icmp', ports: [octet, code] }, false),
        icmp_type: octet,
        icmp_code: code,
        ip_length: number,
        backscatter: [0, 3, 11, 14].includes(octet),
        message: `ICMP ${octet}(${code}) from ${from} to ${to}`,
      }),
    );
    expect(other).toBe(
      expected(other!, given, {
        event: 'probe.other',
        ...fieldsOf(given, { protocol: 47, proto: 'gre', ports: [0, 0] }, false),
        ip_length: number,
        message: `gre from ${from} to ${to}`,
      }),
    );
  });
});

it(`of a connection: seed ${SEED}`, () => {
  hold((given) => {
    const { flow: ends, number, octet } = given;
    const ports = [ends.remotePort, ends.localPort] as const;
    const from = `${formatIp(ends.remoteAddress)}:${ends.remotePort}`;
    const words = `from ${from} to ${formatIp(ends.localAddress)}:${ends.localPort}`;
    const proof = octet < 128 ? ROUTED : UNPROVEN;
    const sha256 = octet.toString(16).padStart(64, '0');
    const duration = (octet * 1234) / 4096;
    const greeting = [undefined, null, 'http'][octet % 3];
    const [open, data, close] = play(given, (made, clock) => {
      made.flowOpen(ends, proof);
      made.serviceData(ends, { sha256, length: number, ...(greeting === undefined ? {} : { greeting }) });
      clock.advanceBy(duration);
      made.flowClose(ends, number, octet, 'reset');
    });
    const { id: session } = JSON.parse(open!) as SensorEvent;
    const fields = fieldsOf(given, { protocol: 6, proto: 'tcp', ports, session });
    const mac = proof.linkAddress === null ? {} : { src_mac: formatMac(proof.linkAddress) };
    const reason = proof.forgeable === null ? {} : { forgeable: proof.forgeable };
    const source = { ...mac, source_proof: proof.kind, ...reason };
    expect(open).toBe(
      expected(open!, given, {
        event: 'flow.open',
        ...fields,
        handshake: true,
        ...source,
        message: `connection ${words}`,
      }),
    );
    expect(data).toBe(
      expected(data!, given, {
        event: 'service.data',
        ...fields,
        payload_sha256: sha256,
        payload_length: number,
        payload_greeting: greeting,
        message: `${number} octets from ${from}`,
      }),
    );
    const ended = { ...given, seconds: given.seconds + duration };
    const totals = {
      received_bytes: number,
      sent_bytes: octet,
      duration: Number((ended.seconds - given.seconds).toFixed(6)),
    };
    expect(close).toBe(
      expected(close!, ended, {
        event: 'flow.close',
        ...fields,
        ...totals,
        reason: 'reset',
        message: `connection ${words} has ended`,
      }),
    );
  });
});

it(`of a conversation over UDP: seed ${SEED}`, () => {
  hold((given) => {
    const { flow: ends } = given;
    const [open] = play(given, (made) => made.udpReceived(ends, 60));
    const { remotePort, localPort } = ends;
    const words = `from ${formatIp(ends.remoteAddress)}:${remotePort} to ${formatIp(ends.localAddress)}:${localPort}`;
    const fields = fieldsOf(given, { protocol: 17, proto: 'udp', ports: [remotePort, localPort] });
    expect(open).toBe(
      expected(open!, given, {
        event: 'flow.open',
        ...fields,
        handshake: false,
        message: `UDP conversation ${words}`,
      }),
    );
  });
});
