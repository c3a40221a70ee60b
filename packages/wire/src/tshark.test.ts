/**
 * Random packets of every protocol, written to a capture file, taken apart by Wireshark and by us: each field must be
 * the same, and Wireshark must find every checksum good. The seed is fixed; FC_SEED explores.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as arp from './arp.ts';
import * as dhcpv4 from './dhcpv4.ts';
import * as ethernet from './ethernet.ts';
import * as gre from './gre.ts';
import * as icmpv4 from './icmpv4.ts';
import * as icmpv6 from './icmpv6.ts';
import * as ipv4 from './ipv4.ts';
import * as ipv6 from './ipv6.ts';
import * as pcap from './pcap.ts';
import * as pcapngOption from './pcapng-option.ts';
import * as pcapng from './pcapng.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';
import { CaptureReader, type CaptureRecord } from './capture-reader.ts';
import { etherType } from './ether-type.ts';
import { ipProtocol, pseudoHeaderSum } from './ip-protocol.ts';
import { linkType } from './link-type.ts';
import { parameters } from './protocol-laws-test-support.ts';
import { expectedFields } from './tshark-fields-test-support.ts';
import * as arbitrary from './arbitrary-packet-test-support.ts';
import * as arbitraryIpv6 from './arbitrary-ipv6-test-support.ts';

const TSHARK = 'tshark';
const EDITCAP = 'editcap';

const PER_KIND = 150;
/** For experiments (RFC 3692); no program takes what it carries apart. */
const EXPERIMENTAL_PROTOCOL = 253;
const EXPERIMENTAL_TYPE = 0x88b5;

const isInstalled = spawnSync(TSHARK, ['--version']).status === 0;
if (!isInstalled) {
  const reason = 'tshark is not installed';
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.log(`Skipped, because ${reason}: comparison of wire with Wireshark.`);
}

const emitted = (write: (out: Uint8Array) => number): Uint8Array => {
  const out = new Uint8Array(2048);
  return out.slice(0, write(out));
};

const sample = <T>(values: fc.Arbitrary<T>): readonly T[] =>
  fc.sample(values, { seed: parameters.seed, numRuns: PER_KIND });

const inEthernet = (type: number, payload: Uint8Array, tags: readonly ethernet.VlanTag[] = []): Uint8Array =>
  emitted((out) =>
    ethernet.emit(
      { destination: 0x0200_0000_0002, source: 0x0200_0000_0001, tags, etherType: type, payload },
      out,
    ),
  );

const plainIpv4 = (protocol: number, payload: Uint8Array): ipv4.Repr => ({
  typeOfService: 0,
  identification: 1,
  reservedFlag: false,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  timeToLive: 64,
  protocol,
  source: 0x0a09_0801,
  destination: 0x0a09_0802,
  options: [],
  payload,
});

const plainIpv6 = (protocol: number, payload: Uint8Array): ipv6.Repr => ({
  trafficClass: 0,
  flowLabel: 0,
  hopLimit: 255,
  source: 0x2001_0db8_0000_0000_0000_0000_0000_0001n,
  destination: 0x2001_0db8_0000_0000_0000_0000_0000_0002n,
  extensions: [],
  protocol,
  payload,
});

const EMPTY = new Uint8Array(0);
const pseudoSum4 = pseudoHeaderSum(plainIpv4(0, EMPTY));
const pseudoSum6 = pseudoHeaderSum(plainIpv6(0, EMPTY));

const inIpv4 = (protocol: number, write: (out: Uint8Array, pseudoSum: number) => number): Uint8Array => {
  const packet = plainIpv4(
    protocol,
    emitted((out) => write(out, pseudoSum4)),
  );
  return inEthernet(
    etherType.ipv4,
    emitted((out) => ipv4.emit(packet, out)),
  );
};

const inIpv6 = (protocol: number, write: (out: Uint8Array, pseudoSum: number) => number): Uint8Array => {
  const packet = plainIpv6(
    protocol,
    emitted((out) => write(out, pseudoSum6)),
  );
  return inEthernet(
    etherType.ipv6,
    emitted((out) => ipv6.emit(packet, out)),
  );
};

/** A service tag outside, as bridges write it: of two service tags in a row Wireshark makes one field of another name. */
function asProviderBridged(tag: ethernet.VlanTag, index: number): ethernet.VlanTag {
  const { priority, dropEligible, vlan } = tag;
  return { tagType: index === 0 ? tag.tagType : etherType.vlan, priority, dropEligible, vlan };
}

/** Wireshark gives up at an extension that is garbled, or of the wrong length for a kind that it knows. */
function isPlain(repr: ipv6.Repr): boolean {
  return repr.extensions.every((extension) =>
    extension.kind === 'routing'
      ? extension.routingType > 6
      : extension.kind === 'fragment' ||
        extension.options.every((option) => option.kind !== 'garbled' && option.kind !== 'unknown'),
  );
}

function randomFrames(): readonly Uint8Array[] {
  // Wireshark takes the addresses of the other operations, such as an error of DRARP, for something else.
  const requestOrReply = arbitrary.arpRepr.filter((repr) => repr.operation === 1 || repr.operation === 2);
  // Wireshark takes seconds that are whole multiples of 256 for those of a client of the other byte order.
  const ownOrder = arbitrary.dhcpv4Repr.filter((repr) => repr.secondsElapsed % 256 !== 0);
  const checksummed = arbitrary.udpRepr.map((repr) => ({ ...repr, checksummed: true }));
  return [
    ...sample(arbitrary.ethernetRepr).map((repr) =>
      inEthernet(EXPERIMENTAL_TYPE, repr.payload, repr.tags.map(asProviderBridged)),
    ),
    ...sample(requestOrReply).map((repr) =>
      inEthernet(
        etherType.arp,
        emitted((out) => arp.emit(repr, out)),
      ),
    ),
    ...sample(arbitrary.ipv4Repr).map((repr) =>
      inEthernet(
        etherType.ipv4,
        emitted((out) => ipv4.emit({ ...repr, protocol: EXPERIMENTAL_PROTOCOL }, out)),
      ),
    ),
    ...sample(arbitraryIpv6.ipv6Repr)
      .filter(isPlain)
      .map((repr) =>
        inEthernet(
          etherType.ipv6,
          emitted((out) => ipv6.emit({ ...repr, protocol: EXPERIMENTAL_PROTOCOL }, out)),
        ),
      ),
    ...sample(arbitrary.icmpv4Repr).map((repr) => inIpv4(ipProtocol.icmpv4, (out) => icmpv4.emit(repr, out))),
    ...sample(arbitraryIpv6.icmpv6Repr).map((repr) =>
      inIpv6(ipProtocol.icmpv6, (out, sum) => icmpv6.emit(repr, out, 0, sum)),
    ),
    ...sample(arbitrary.udpRepr).map((repr) =>
      inIpv4(ipProtocol.udp, (out, sum) => udp.emit(repr, out, 0, sum)),
    ),
    ...sample(checksummed).map((repr) => inIpv6(ipProtocol.udp, (out, sum) => udp.emit(repr, out, 0, sum))),
    ...sample(arbitrary.tcpRepr).map((repr) =>
      inIpv4(ipProtocol.tcp, (out, sum) => tcp.emit(repr, out, 0, sum)),
    ),
    ...sample(arbitrary.tcpRepr).map((repr) =>
      inIpv6(ipProtocol.tcp, (out, sum) => tcp.emit(repr, out, 0, sum)),
    ),
    ...sample(arbitrary.greRepr).map((repr) =>
      inIpv4(ipProtocol.gre, (out) => gre.emit({ ...repr, protocolType: EXPERIMENTAL_TYPE }, out)),
    ),
    ...sample(ownOrder).map((repr) => {
      const payload = emitted((out) => dhcpv4.emit(repr, out));
      const datagram = { sourcePort: 68, destinationPort: 67, checksummed: true, payload };
      return inIpv4(ipProtocol.udp, (out, sum) => udp.emit(datagram, out, 0, sum));
    }),
  ];
}

const file: pcap.Repr = { byteOrder: 'big', precision: 'nanoseconds', snapLength: 65_535, linkType: 1 };

function writePcap(path: string, frames: readonly Uint8Array[]): void {
  const out = new Uint8Array(24 + frames.reduce((sum, frame) => sum + 16 + frame.length, 0));
  let at = pcap.emit(file, out);
  for (const [index, bytes] of frames.entries()) {
    const time = { seconds: 1_100_000_000 + index, nanoseconds: (index * 7_654_321) % 1_000_000_000 };
    at = pcap.emitRecord({ ...time, originalLength: bytes.length, bytes }, out, at, file);
  }
  writeFileSync(path, out);
}

function readCapture(path: string): readonly CaptureRecord[] {
  const reader = new CaptureReader();
  const records = reader.push(readFileSync(path));
  expect(reader.end()).toBeUndefined();
  return records;
}

/** What Wireshark finds in each packet of the file, all occurrences of each field. */
function wireshark(
  path: string,
  fields: readonly string[],
): readonly ReadonlyMap<string, readonly string[]>[] {
  const preferences = ['ip', 'tcp', 'udp'].flatMap((name) => ['-o', `${name}.check_checksum:TRUE`]);
  const quiet = [
    '-o',
    'ip.defragment:FALSE',
    '-o',
    'ipv6.defragment:FALSE',
    '-o',
    'tcp.relative_sequence_numbers:FALSE',
  ];
  const text = execFileSync(
    TSHARK,
    ['-n', '-r', path, ...preferences, ...quiet, '--enable-protocol', 'communityid', '-T', 'fields',
      '-E', 'occurrence=a', '-E', 'aggregator=,', '-E', 'separator=/t', ...fields.flatMap((field) => ['-e', field])],
    { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
  ); // prettier-ignore
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => new Map(line.split('\t').map((cell, index) => [fields[index] ?? '', occurrences(cell)])));
}

function occurrences(cell: string): readonly string[] {
  if (cell === '') return [];
  return cell.split(',').map((value) => (/^0x[0-9a-f]+$/.test(value) ? String(Number(value)) : value));
}

const directory = mkdtempSync(join(tmpdir(), 'wormwood-wire-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe.skipIf(!isInstalled)('Wireshark', () => {
  it('finds in every random packet the fields that we find, and every checksum good', () => {
    const path = join(directory, 'random.pcap');
    const frames = randomFrames();
    writePcap(path, frames);
    const records = readCapture(path);
    expect(records.map((record) => record.bytes)).toEqual(frames);
    const expected = records.map(expectedFields);
    const names = [...new Set(expected.flatMap((fields) => Object.keys(fields)))];
    const found = wireshark(path, names);
    expect(found.length).toBe(frames.length);
    const differences = expected.flatMap((fields, index) =>
      Object.entries(fields).flatMap(([name, value]) => {
        const seen = found[index]?.get(name) ?? [];
        const [wanted, got] =
          typeof value === 'object' ? [value.map(String).join(), seen.join()] : [String(value), seen[0]];
        return wanted === got ? [] : [`packet ${index + 1} ${name}: ours ${wanted}, Wireshark's ${got}`];
      }),
    );
    expect(differences.slice(0, 20)).toEqual([]);
    // Each of the fields was there to compare in some packet.
    for (const name of names) {
      expect(
        found.some((fields) => (fields.get(name) ?? []).length > 0),
        name,
      ).toBe(true);
    }
  });

  it('and its editcap convert our files to those that we read alike', () => {
    const path = join(directory, 'original.pcap');
    writePcap(path, randomFrames().slice(0, 50));
    const original = readCapture(path);
    for (const format of ['nsecpcap', 'pcapng']) {
      const converted = join(directory, `converted.${format}`);
      execFileSync(EDITCAP, ['-F', format, path, converted]);
      // In the head of a section editcap writes its own name.
      const packets = Array.from(readCapture(converted), (record) => ({ ...record, sectionOptions: [] }));
      expect(packets).toEqual(original);
    }
    const micro = join(directory, 'micro.pcap');
    execFileSync(EDITCAP, ['-F', 'pcap', '-s', '40', path, micro]);
    for (const [index, record] of readCapture(micro).entries()) {
      const { nanoseconds, bytes } = original[index]!;
      const cut = { nanoseconds: Math.floor(nanoseconds / 1000) * 1000, bytes: bytes.subarray(0, 40) };
      expect(record).toEqual({ ...original[index], ...cut });
    }
  });

  it.each(['little', 'big'] as const)('reads our pcapng, %s-endian, with its comments and clock', (order) => {
    const path = join(directory, `ours-${order}.pcapng`);
    const bytes = inEthernet(EXPERIMENTAL_TYPE, EMPTY);
    const text = (words: string): Uint8Array => new TextEncoder().encode(words);
    const blocks: readonly pcapng.Repr[] = [
      { kind: 'section', options: [{ code: pcapngOption.code.comment, data: text('a section') }] },
      {
        kind: 'interface',
        linkType: linkType.ethernet,
        snapLength: 0,
        options: [
          { code: pcapngOption.code.interfaceName, data: text('honeynet0') },
          { code: pcapngOption.code.timestampResolution, data: Uint8Array.of(9) },
        ],
      },
      {
        kind: 'enhancedPacket',
        interfaceIndex: 0,
        timestamp: 1_100_000_000_123_456_789n,
        originalLength: 60,
        bytes,
        options: [{ code: pcapngOption.code.comment, data: text('first contact') }],
      },
      { kind: 'simplePacket', originalLength: bytes.length, bytes },
    ];
    const out = new Uint8Array(1024);
    let at = 0;
    for (const block of blocks) at = pcapng.emit(block, out, at, order);
    writeFileSync(path, out.subarray(0, at));
    const names = ['frame.time_epoch', 'frame.len', 'frame.cap_len', 'frame.comment', 'frame.interface_name'];
    const [first, second] = wireshark(path, names);
    expect(names.map((name) => first?.get(name)?.[0])).toEqual([
      '1100000000.123456789',
      '60',
      '14',
      'first contact',
      'honeynet0',
    ]);
    expect(second?.get('frame.len')).toEqual(['14']);
    expect(readCapture(path)).toMatchObject([
      { seconds: 1_100_000_000, nanoseconds: 123_456_789, originalLength: 60, bytes },
      { originalLength: 14, bytes },
    ]);
  });
});
