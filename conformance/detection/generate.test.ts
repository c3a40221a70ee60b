// The generator: what it writes is a function of the seed, every frame is a whole packet, and labels tell what is in the capture.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatIpv4 } from '@wormwood/base';
import { CaptureReader, ethernet, ipv4, isMalformed, pseudoHeaderSum, tcp, udp } from '@wormwood/wire';
import { afterAll, describe, expect, it } from 'vitest';
import { classes, innocents, scanners } from './classes.ts';
import { generate, type Generated } from './generate.ts';
import { SYN } from './packets.ts';
import type { TrafficClass } from './traffic-class.ts';

const directory = mkdtempSync(join(tmpdir(), 'wormwood-generate-'));
afterAll(() => rmSync(directory, { recursive: true }));

function made(seed: string, some: readonly TrafficClass[] = classes): Generated {
  return generate({ seed, prefixLength: 24, classes: some, sourcesPerClass: 1, directory });
}

const digestOf = ({ capture, events }: Generated): string =>
  createHash('sha256').update(readFileSync(capture)).update(readFileSync(events)).digest('hex');

/** The packets of a capture. */
function packetsOf(path: string) {
  const reader = new CaptureReader();
  const found: { readonly frame: Uint8Array; readonly seconds: number }[] = [];
  for (const record of reader.push(readFileSync(path))) {
    found.push({ frame: record.bytes.slice(), seconds: record.seconds });
  }
  return found;
}

// On a busy machine it takes its time.
const MILLISECONDS = 300_000;

describe('the generator', { timeout: MILLISECONDS }, () => {
  it('has 25 innocent and 15 scanning classes, none twice', () => {
    expect(innocents.length).toBeGreaterThanOrEqual(25);
    expect(scanners.length).toBeGreaterThanOrEqual(15);
    expect(new Set(classes.map(({ name }) => name)).size).toBe(classes.length);
  });

  it('writes the same octets from the same seed, and others from another', () => {
    const some = classes.filter((_, index) => index % 3 === 0);
    const first = digestOf(made('1', some));
    expect(digestOf(made('1', some))).toBe(first);
    expect(digestOf(made('2', some))).not.toBe(first);
  });

  it('writes whole packets with right checksums, and labels that count them', () => {
    const { capture, labels, telescope } = made('1');
    const syns = new Map<string, number>();
    let packets = 0;
    for (const { frame } of packetsOf(capture)) {
      const link = ethernet.parse(frame);
      if (isMalformed(link)) throw new Error(link.reason);
      const packet = ipv4.parse(link.payload);
      if (isMalformed(packet)) throw new Error(packet.reason);
      expect(ipv4.verifyChecksum(link.payload, 0)).toBe(true);
      packets++;
      if (ipv4.isFragment(link.payload, 0)) continue;
      const { payload, protocol } = packet;
      const sum = pseudoHeaderSum(packet);
      if (protocol === 6) expect(tcp.verifyChecksum(payload, 0, payload.length, sum)).toBe(true);
      if (protocol === 17) expect(udp.verifyChecksum(payload, 0, sum)).toBe(true);
      const segment = protocol === 6 ? tcp.parse(payload) : null;
      const asks =
        protocol === 17
          ? !isMalformed(udp.parse(payload))
          : segment !== null && !isMalformed(segment) && segment.flags === SYN;
      if (!asks || !telescope.contains(packet.destination)) continue;
      const source = formatIpv4(packet.source);
      syns.set(source, (syns.get(source) ?? 0) + 1);
    }
    expect(packets).toBeGreaterThan(1000);
    for (const name of ['hitlist', 'uniform-1000', 'syslog-wrong-server', 'mail-relay-lured']) {
      const label = labels.find((each) => each.class === name);
      expect(label?.contacts).toBeGreaterThan(0);
      expect(syns.get(label?.source ?? '')).toBe(label?.contacts);
    }
  });
});
