// `detect` as a user calls it: captures and events, mistakes, a file that grows. The program runs as built.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIpv4 } from '@wormwood/base';
import { readVerdicts } from '@wormwood/defense';
import {
  ethernet,
  etherType,
  formatIp,
  ipProtocol,
  ipv4,
  linkType,
  parseMac,
  pcap,
  tcp,
} from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { inTemporaryDirectory, wormwood } from '../spawn-test-support.ts';
import { NETS, probes, SCANNER, START } from './event-test-support.ts';

const FILE = {
  byteOrder: 'little',
  precision: 'microseconds',
  snapLength: 65_535,
  linkType: linkType.ethernet,
} as const;
const SENSOR_MAC = '02:00:5e:10:00:01';
const ROUTER_MAC = '02:00:5e:10:00:fe';
const FRAME_LENGTH = 54;
const { SYN, ACK } = tcp.flag;

interface Segment {
  readonly atSeconds: number;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly [number, number];
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
}

/** The octets of a capture with these segments. */
function capture(segments: readonly Segment[]): Uint8Array {
  const octets = new Uint8Array(
    pcap.HEADER_LENGTH + segments.length * (pcap.RECORD_HEADER_LENGTH + FRAME_LENGTH),
  );
  const header = { ...FILE, timeZoneSeconds: 0, timestampAccuracy: 0 };
  let at = pcap.emit(header, octets);
  for (const each of segments) {
    const bytes = packetOf(each);
    const seconds = Math.floor(each.atSeconds);
    const nanoseconds = Math.round((each.atSeconds - seconds) * 1e6) * 1000;
    at = pcap.emitRecord({ seconds, nanoseconds, originalLength: bytes.length, bytes }, octets, at, header);
  }
  return octets;
}

function packetOf({ from, to, ports, flags, seq, ack }: Segment): Uint8Array {
  const payload = new Uint8Array(20);
  const rest = { reserved: 0, window: 1024, urgentPointer: 0, options: [], payload: new Uint8Array(0) };
  const numbers = { sequenceNumber: seq, acknowledgmentNumber: ack };
  tcp.emit({ sourcePort: ports[0], destinationPort: ports[1], flags, ...numbers, ...rest }, payload, 0, 0);
  const packet = new Uint8Array(40);
  const ip = { typeOfService: 0, identification: 1, reservedFlag: false, dontFragment: true, options: [] };
  const whole = { moreFragments: false, fragmentOffset: 0, timeToLive: 60, protocol: ipProtocol.tcp };
  ipv4.emit({ ...ip, ...whole, source: address(from), destination: address(to), payload }, packet);
  const [sensor, router] = [mac(SENSOR_MAC), mac(ROUTER_MAC)];
  const isAnswer = (flags & SYN) !== 0 && (flags & ACK) !== 0 && from.startsWith('10.1.');
  const ends = isAnswer ? { source: sensor, destination: router } : { source: router, destination: sensor };
  const bytes = new Uint8Array(FRAME_LENGTH);
  ethernet.emit({ ...ends, tags: [], etherType: etherType.ipv4, payload: packet }, bytes);
  return bytes;
}

function mac(text: string): number {
  const parsed = parseMac(text);
  return parsed.ok ? parsed.value : -1;
}

function address(text: string): number {
  const parsed = parseIpv4(text);
  return parsed.ok ? parsed.value : -1;
}

/** A handshake with each of `count` dark addresses, a second apart. */
function scan(count: number): Segment[] {
  return Array.from({ length: count }, (_, i) => {
    const atSeconds = START + i;
    const to = `10.1.2.${7 * i + 1}`;
    const there = { from: SCANNER, to, ports: [50_000 + i, 445] } as const;
    const back = { from: to, to: SCANNER, ports: [445, 50_000 + i] } as const;
    return [
      { ...there, atSeconds, flags: SYN, seq: 9, ack: 0 },
      { ...back, atSeconds: atSeconds + 0.01, flags: SYN | ACK, seq: 500, ack: 10 },
      { ...there, atSeconds: atSeconds + 0.02, flags: ACK, seq: 10, ack: 501 },
    ];
  }).flat();
}

/** Many hosts each answer one dark address: backscatter of somebody's forged packets. */
function backscatter(count: number): Segment[] {
  return Array.from({ length: count }, (_, i) => ({
    atSeconds: START + i / 10,
    from: '203.0.113.80',
    to: `10.1.3.${i}`,
    ports: [80, 40_000 + i] as const,
    flags: SYN | ACK,
    seq: i,
    ack: 7,
  }));
}

const DARK = ['--dark', '10.1.0.0/16', '--seed', '1'];
const KNOWN = ['--sensor-mac', SENSOR_MAC, '--router', ROUTER_MAC];

describe('a capture', () => {
  it('gives verdicts that `respond` reads, proven by its handshakes', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'day.pcap'), capture([...scan(20), ...backscatter(50)]));
      const { code, stdout, stderr } = await wormwood(
        ['detect', '--pcap', 'day.pcap', ...DARK, ...KNOWN, '--json'],
        {
          cwd,
        },
      );
      expect([code, stderr]).toEqual([0, '']);
      const result = JSON.parse(stdout) as Record<string, unknown>;
      expect(Object.keys(result)).toEqual([
        'version',
        'seed',
        'monitored',
        'verdicts',
        'promise',
        'alarm',
        'status',
        'packets',
        'partial',
      ]);
      expect(result).toMatchObject({
        seed: '1',
        monitored: ['10.1.0.0/16'],
        alarm: null,
        partial: false,
        packets: { packets: 110, malformed: 0, observations: 90 },
        status: { backscatter: 50, verdicts: 1, infectedVerdicts: 0, unforgeableVerdicts: 1 },
      });
      const verdicts = readVerdicts(stdout);
      expect(verdicts.ok).toBe(true);
      const proven = verdicts.ok ? verdicts.value.filter(({ unforgeable }) => unforgeable) : [];
      expect(proven.map(({ source, port }) => [formatIp(source), port])).toEqual([[SCANNER, 445]]);
    });
  });

  it('proves nothing where nobody says which machine is the sensor', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'day.pcap'), capture(scan(20)));
      const { stdout } = await wormwood(['detect', '--pcap', 'day.pcap', ...DARK, '--json'], { cwd });
      expect(JSON.parse(stdout)).toMatchObject({
        verdicts: [{ unforgeable: false, linkAddress: null, forgeableReasons: ['unknown-sensor'] }],
        status: { verdicts: 1, unforgeableVerdicts: 0 },
      });
      const text = await wormwood(['detect', '--pcap', 'day.pcap', ...DARK], { cwd });
      expect(text.stdout.replaceAll(/[\s│]+/g, ' ')).toContain(
        'Handshakes under its address do not count: the answers came from no machine that is known as the sensor.',
      );
    });
  });

  it('gives a table with the evidence in words', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'day.pcap'), capture(scan(20)));
      const { code, stdout, stderr } = await wormwood(['detect', '--pcap', 'day.pcap', ...DARK, ...KNOWN], {
        cwd,
      });
      expect(stdout).toMatch(
        /│ 198\.51\.100\.7 +│ scanning │ tcp\/445 +│ 2026-03-01T12:00:00Z │ [\d.]+ +│ 1 in 10,000 +│ handshakes +│/,
      );
      expect(stdout).toMatch(/It makes about [\d.]+ contacts\/s here \(95%: [\d.]+ to [\d.]+\)/);
      expect(stdout).toContain('its own address is not forged.');
      expect(stderr).toContain('60 packets.');
      expect(code).toBe(0);
      const again = await wormwood(['detect', '--pcap', 'day.pcap', ...DARK, ...KNOWN, '-q'], { cwd });
      expect(again).toEqual({ code: 0, stdout, stderr: '' });
    });
  });

  it('explains a source, also one that is unknown', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'day.pcap'), capture(scan(20)));
      const file = ['--pcap', 'day.pcap', ...DARK, ...KNOWN];
      const known = await wormwood(['detect', 'explain', SCANNER, ...file], { cwd });
      expect(known.stdout).toMatch(
        /^198\.51\.100\.7 scans; nothing proves that it is infected\.\n- 2026-03-01T12:00:1\dZ: judged scanning/,
      );
      expect(known.stdout).toMatch(/- It completed TCP handshakes with 20 dark addresses in 19 s/);
      expect([known.code, known.stderr]).toEqual([0, '']);
      const unknown = await wormwood(['detect', 'explain', '8.8.8.8', ...file], { cwd });
      expect(unknown.stdout).toBe('8.8.8.8 has left no trace here, or none that is still remembered.\n');
      const json = await wormwood(['detect', 'explain', SCANNER, ...file, '--json'], { cwd });
      expect(JSON.parse(json.stdout)).toMatchObject({ source: SCANNER, state: 'scanning', seed: '1' });
    });
  });
});

describe('events', () => {
  it('name the dark addresses themselves', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'events.jsonl'), NETS + probes(1, 9));
      const { code, stdout } = await wormwood(['detect', '--events', 'events.jsonl', '--json'], { cwd });
      expect(JSON.parse(stdout)).toMatchObject({
        monitored: ['10.1.0.0/16'],
        events: { lines: 49, malformed: 0, observations: 48 },
      });
      expect(readVerdicts(stdout)).toMatchObject({
        ok: true,
        value: [{ unforgeable: false }, { unforgeable: true }],
      });
      expect(code).toBe(0);
    });
  });

  it('are reported with file and line where they are malformed; the rest is judged', async () => {
    await inTemporaryDirectory(async (cwd) => {
      const bad = '{"v":1,"event":"probe.tcp"}\n{"cut":'.repeat(20);
      writeFileSync(join(cwd, 'events.jsonl'), NETS + probes(1, 9) + bad);
      const { code, stdout, stderr } = await wormwood(['detect', '--events', 'events.jsonl', '--json'], {
        cwd,
      });
      expect(stderr).toContain('events.jsonl:50: The field `ts` is missing.');
      expect(stderr).toContain('events.jsonl:51: This line is not a JSON object.');
      expect(stderr.trim().split('\n')).toHaveLength(11);
      expect(JSON.parse(stdout)).toMatchObject({ partial: true, events: { malformed: 21 } });
      expect(code).toBe(4);
    });
  });
});

describe.concurrent('one sentence and the right code', () => {
  const whole = capture(scan(20));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'empty.pcap': '',
    'text.pcap': 'Dear diary, today nothing happened.',
    'header.pcap': capture([]),
    'cut.pcap': whole.subarray(0, whole.length - 5),
    'bad.jsonl': 'Dear diary\n',
    'unnamed.jsonl': probes(1, 3),
  };

  it.each<[string, number, string]>([
    ['detect', 2, 'wormwood: Name the input: --pcap FILE or --events FILE.'],
    ['detect --pcap cut.pcap --events bad.jsonl', 2, 'wormwood: Use either --pcap or --events, not both.'],
    [
      'detect --pcap cut.pcap',
      2,
      'wormwood: Name the dark addresses, those of your network that no machine has, as in --dark 10.1.0.0/16: ' +
        'packets to them are the contacts.',
    ],
    [
      'detect --pcap no.pcap --dark 10.1.0.0/16',
      3,
      'wormwood: Cannot read no.pcap: no such file or directory.',
    ],
    ['detect --pcap . --dark 10.1.0.0/16', 3, 'wormwood: . is a directory; name a file.'],
    [
      'detect --pcap empty.pcap --dark 10.1.0.0/16',
      3,
      'wormwood: empty.pcap is not a capture: the file is too short for a capture.',
    ],
    [
      'detect --pcap text.pcap --dark 10.1.0.0/16',
      3,
      'wormwood: text.pcap is not a capture: the file is not a pcap capture.',
    ],
    ['detect --pcap header.pcap --dark 10.1.0.0/16 -q', 0, 'header.pcap contains no packets.'],
    [
      'detect --pcap cut.pcap --dark 10.1.0.0/16 -q',
      4,
      'cut.pcap ends early: the file is cut in the middle of a record at octet 4,154; the result covers the 59 packets before it.',
    ],
    [
      'detect --events unnamed.jsonl',
      2,
      'wormwood: No event says which addresses the sensor answers for; name them, as in --dark 10.1.0.0/16.',
    ],
    [
      'detect --events bad.jsonl --dark 10.1.0.0/16 --router 02:00:5e:10:00:fe',
      2,
      'wormwood: --sensor-mac and --router apply to --pcap only; events state which addresses are proven.',
    ],
    ['detect --pcap /dev/zero --dark 10.1.0.0/16', 3, 'wormwood: /dev/zero is not a regular file.'],
    ['detect --events /dev/zero', 3, 'wormwood: /dev/zero is not a regular file.'],
    ['detect watch --events no.jsonl', 3, 'wormwood: Cannot read no.jsonl: no such file or directory.'],
    [
      'detect --pcap cut.pcap --dark 10.1.0.0/16 --live 10.1.2.0/24',
      2,
      'wormwood: An address cannot be both dark and live.',
    ],
  ])('wormwood %s', async (line, code, sentence) => {
    await inTemporaryDirectory(async (cwd) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
      const ended = await wormwood(line.split(' '), { cwd });
      expect([ended.code, ended.stderr]).toEqual([code, `${sentence}\n`]);
    });
  });

  it.each([
    ['detect --dark 10.0.0.0/33', 'prefix'],
    ['detect explain 1.2.3', '1.2.3'],
    ['detect --sensor-mac 02:00', 'A MAC address is six hexadecimal pairs'],
    ['detect --router ff:ff:ff:ff:ff:ff', 'It does not name a single machine.'],
    ['detect --seed x', 'A seed is a whole number'],
    ['detect watch', "required option '--events <file>' not specified"],
  ])('wormwood %s is a mistake on the command line', async (line, part) => {
    const { code, stderr } = await wormwood(line.split(' '));
    expect(stderr).toContain(part);
    expect(code).toBe(2);
  });

  it('malformed lines alone are not events', async () => {
    await inTemporaryDirectory(async (cwd) => {
      writeFileSync(join(cwd, 'bad.jsonl'), 'Dear diary\n');
      const ended = await wormwood(['detect', '--events', 'bad.jsonl', '--dark', '10.1.0.0/16'], { cwd });
      expect(ended.stderr).toContain('wormwood: bad.jsonl contains no events.\n');
      expect(ended.code).toBe(3);
    });
  });
});
