/** Growing numbers of sources: two that are not a worm, and one that is, so that an alarm that never rings is not an answer. */
import { randomStreams } from '@wormwood/base';
import { DAY, HOUR, MINUTE } from './durations.ts';
import { type Generated, record } from './generate.ts';
import type { Link } from './link.ts';
import { systemLook } from './packets.ts';
import { ntpRequest } from './payloads.ts';
import { contactAtRandom, uniformContactRate } from './scanners/scanning.ts';
import { Sender } from './sender.ts';
import { ROUTER_MAC, SourceAddresses, Telescope, type PrefixLength } from './telescope.ts';

export interface Ramp {
  readonly name: string;
  readonly about: string;
  readonly isWorm: boolean;
  readonly prefixLength: PrefixLength;
  readonly seconds: number;
  /** When the next source appears, after `count` others; null: none any more. */
  readonly nextSeconds: (count: number) => number | null;
  readonly begin: (sender: Sender) => void;
}

/** Sources double in this time, up to a number. */
const doubling =
  (doublingSeconds: number, countMax: number) =>
  (count: number): number | null =>
    count >= countMax ? null : doublingSeconds * Math.log2(count + 1);

export const ramps: readonly Ramp[] = [
  {
    name: 'forged-syn-ramp',
    about:
      'SYNs to one address and port from sources that double every ten minutes, 1,500 in all, each heard once or twice.',
    isWorm: false,
    prefixLength: 16,
    seconds: 3 * HOUR,
    nextSeconds: doubling(10 * MINUTE, 1500),
    begin: (sender) =>
      sender.repeat(
        sender.count(1, 2),
        () => 3,
        () => sender.syn(sender.ends(sender.telescope.first + 80, 80)),
      ),
  },
  {
    name: 'ntp-roll-out',
    about:
      'Clients of one clock of ours whose number doubles every two hours as an image is rolled out, 500 in all, each asking every 64 to 1,024 s.',
    isWorm: false,
    prefixLength: 16,
    seconds: DAY,
    nextSeconds: doubling(2 * HOUR, 500),
    begin: (sender) => {
      const ends = sender.ends(sender.telescope.first + 123, 123, 123);
      sender.repeat(
        10,
        () => sender.pick([64, 128, 256, 512, 1024]),
        () => sender.datagram(ends, ntpRequest(sender)),
      );
    },
  },
  {
    name: 'flash-crowd',
    about:
      'Clients of one web address of ours that appeared in the news, doubling every fifteen minutes, 500 in all, complete handshakes.',
    isWorm: false,
    prefixLength: 16,
    seconds: 6 * HOUR,
    nextSeconds: doubling(15 * MINUTE, 500),
    begin: (sender) =>
      sender.repeat(
        sender.count(1, 4),
        () => sender.exponential(5 * MINUTE),
        () =>
          sender.connect({
            destination: sender.telescope.first + 80,
            port: 443,
            payload: sender.octets(200),
          }),
      ),
  },
  {
    name: 'worm',
    about:
      'A worm: uniform scanners of 2,000 probes a second whose number doubles every 20 minutes, 300 in all.',
    isWorm: true,
    prefixLength: 16,
    seconds: 3 * HOUR,
    nextSeconds: doubling(20 * MINUTE, 300),
    begin: (sender) =>
      contactAtRandom(
        sender,
        uniformContactRate(sender.telescope, 2000),
        (destination) => sender.connect({ destination, port: 445, retries: 0 }),
        20,
      ),
  },
];

export function generateRamp(
  ramp: Ramp,
  seed: string,
  directory: string,
): Pick<Generated, 'capture' | 'events' | 'telescope'> {
  const telescope = new Telescope(ramp.prefixLength);
  const recording = { telescope, seed, directory, name: ramp.name, seconds: ramp.seconds };
  return { telescope, ...record(recording, (link) => appear(ramp, seed, link)) };
}

function appear(ramp: Ramp, seed: string, link: Link): void {
  const streams = randomStreams(seed);
  const addresses = new SourceAddresses();
  for (let count = 0; ; count++) {
    const at = ramp.nextSeconds(count);
    if (at === null) return;
    const stream = streams.stream(`conformance/${ramp.name}`, count);
    const address = addresses.anywhere(stream);
    const sender = new Sender({ link, stream, address, look: systemLook(stream), mac: ROUTER_MAC });
    link.after(at, () => ramp.begin(sender));
  }
}
