/**
 * A telescope's ordinary day: a million innocent sources that come once, among them a few scanners of one probe a second. Written
 * second by second, so that weeks of it need no memory; nothing answers.
 */
import { formatIpv4, poisson, randomStreams } from '@wormwood/base';
import { CaptureFile } from './capture-file.ts';
import { DAY } from './durations.ts';
import { type Look, SYN, tcpFrame } from './packets.ts';
import { uniformContactRate } from './scanners/scanning.ts';
import { ROUTER_MAC, SENSOR_MAC, SourceAddresses, START_SECONDS, type Telescope } from './telescope.ts';

export interface CrowdOptions {
  readonly telescope: Telescope;
  readonly seed: string;
  readonly days: number;
  readonly innocentsPerDay: number;
  readonly scanners: number;
  /** Probes a second of each. */
  readonly scannerRate: number;
}

const LINK = { from: ROUTER_MAC, to: SENSOR_MAC };
const LOOK: Look = {
  timeToLive: 50,
  window: 64_240,
  options: [{ kind: 'mss', mssBytes: 1460 }],
  identification: null,
};
const PORTS = [22, 23, 80, 443, 445, 3389, 8080];

/** Writes the capture and returns the addresses of its scanners. */
export function writeCrowd(path: string, options: CrowdOptions): readonly string[] {
  const { telescope, seed, days, innocentsPerDay, scannerRate } = options;
  const stream = randomStreams(seed).stream('conformance/crowd');
  const addresses = new SourceAddresses();
  const scanners = Array.from({ length: options.scanners }, () => addresses.anywhere(stream));
  const scanned = new Set(scanners);
  const contactRate = uniformContactRate(telescope, scannerRate) * scanners.length;
  const file = new CaptureFile(path);
  const send = (source: number, second: number): void => {
    // A scanner of one service; the innocents come for any.
    const destinationPort = scanned.has(source) ? 445 : PORTS[stream.nextBelow(PORTS.length)]!;
    const ends = {
      source,
      sourcePort: 1024 + stream.nextBelow(64_000),
      destination: telescope.draw(stream),
      destinationPort,
    };
    const syn = { flags: SYN, sequence: stream.nextUint32(), acknowledgment: 0 };
    file.write(
      tcpFrame(LINK, ends, syn, LOOK, stream.nextUint32()),
      (START_SECONDS + second) * 1e6 + stream.nextBelow(1e6),
    );
  };
  for (let second = 0; second < days * DAY; second++) {
    for (let left = poisson(stream, innocentsPerDay / DAY); left > 0; left--) {
      // As good as never the same twice; never one of the scanners.
      const source = 0x0100_0000 + stream.nextBelow(0xdd00_0000);
      if (!scanned.has(source)) send(source, second);
    }
    for (let left = poisson(stream, contactRate); left > 0; left--)
      send(scanners[stream.nextBelow(scanners.length)]!, second);
  }
  file.close();
  return scanners.map((scanner) => formatIpv4(scanner));
}
