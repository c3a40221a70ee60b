/** Scanners that draw each target from the whole space: what a verdict takes follows from their rate alone. */
import type { TrafficClass } from '../traffic-class.ts';
import { contactAtRandom, uniformContactRate } from './scanning.ts';

function uniform(probesPerSecond: number): TrafficClass {
  return {
    name: `uniform-${probesPerSecond}`,
    side: 'scanner',
    kind: 'scanning',
    about: `Connects to TCP 445 of addresses drawn anew from all 2^32, ${probesPerSecond} a second.`,
    origin:
      probesPerSecond === 10
        ? 'Moore, Shannon, Brown 2002 (Code-Red): uniform, about 11 probes a second'
        : null,
    uniformRate: probesPerSecond,
    contactRate: (telescope) => uniformContactRate(telescope, probesPerSecond),
    begin: (sender) =>
      contactAtRandom(sender, uniformContactRate(sender.telescope, probesPerSecond), (destination) =>
        sender.connect({ destination, port: 445, retries: 1 }),
      ),
  };
}

/** Several ports take more contacts than one until there is a verdict. */
const MANY_CONTACTS = 120;
const BURST_SECONDS = 60;
const PAUSE_SECONDS = 1140;
const BURST_RATE = 1000;

export const byRate: readonly TrafficClass[] = [
  ...[0.1, 1, 10, 100, 1000].map(uniform),
  {
    name: 'slow-0.02',
    side: 'scanner',
    kind: 'scanning',
    about:
      'As the uniform ones, one probe in 50 seconds: no telescope of this size can tell it from strays in a month.',
    origin: null,
    uniformRate: 0.02,
    ports: ['tcp/22'],
    contactRate: (telescope) => uniformContactRate(telescope, 0.02),
    begin: (sender) =>
      contactAtRandom(sender, uniformContactRate(sender.telescope, 0.02), (destination) =>
        sender.connect({ destination, port: 22 }),
      ),
  },
  {
    name: 'permutation',
    side: 'scanner',
    kind: 'scanning',
    about: 'Walks a pseudo-random permutation of the whole space, 100 a second: no address comes twice.',
    origin: 'Staniford, Paxson, Weaver 2002 (How to 0wn the Internet), 5.2',
    uniformRate: 100,
    ports: ['tcp/80'],
    contactRate: (telescope) => uniformContactRate(telescope, 100),
    begin: (sender) => {
      const order = sender.telescope.drawSeveral(sender.stream, Math.min(60, sender.telescope.size));
      contactAtRandom(sender, uniformContactRate(sender.telescope, 100), (_, index) =>
        sender.syn(sender.ends(order[index]!, 80)),
      );
    },
  },
  {
    name: 'bursty',
    side: 'scanner',
    kind: 'scanning',
    about: 'Scans uniformly at 1,000 a second for a minute, then rests for 19: 50 a second on average.',
    origin: null,
    contactRate: (telescope) =>
      uniformContactRate(telescope, (BURST_RATE * BURST_SECONDS) / (BURST_SECONDS + PAUSE_SECONDS)),
    begin: (sender) => {
      const { telescope } = sender;
      const mean = 1 / uniformContactRate(telescope, BURST_RATE);
      let scanned = sender.exponential(mean);
      for (let contact = 0; contact < 60; contact++) {
        const bursts = Math.floor(scanned / BURST_SECONDS);
        sender.after(scanned + bursts * PAUSE_SECONDS, () =>
          sender.connect({ destination: telescope.draw(sender.stream), port: 23, retries: 0 }),
        );
        scanned += sender.exponential(mean);
      }
    },
  },
  {
    name: 'fragmented',
    side: 'scanner',
    kind: 'scanning',
    about: 'Uniform at 100 a second; each SYN comes in fragments of eight octets.',
    origin: 'nmap(1), -f: fragments of eight octets',
    uniformRate: 100,
    ports: ['tcp/80'],
    contactRate: (telescope) => uniformContactRate(telescope, 100),
    begin: (sender) =>
      contactAtRandom(sender, uniformContactRate(sender.telescope, 100), (destination) =>
        sender.fragments(sender.ends(destination, 80), 8),
      ),
  },
  {
    name: 'multi-vector',
    side: 'scanner',
    kind: 'scanning',
    about: 'Uniform at 100 a second; each target on one of seven ports, TCP and UDP.',
    origin: 'CERT CA-2001-26 (Nimda): several ways in at once',
    uniformRate: 100,
    ports: ['tcp/22', 'tcp/23', 'tcp/80', 'udp/137', 'tcp/445', 'udp/1434', 'tcp/3389'],
    contactRate: (telescope) => uniformContactRate(telescope, 100),
    begin: (sender) =>
      contactAtRandom(
        sender,
        uniformContactRate(sender.telescope, 100),
        (destination) => {
          const port = sender.pick([22, 23, 80, 137, 445, 1434, 3389]);
          const isUdp = port === 137 || port === 1434;
          if (isUdp) sender.datagram(sender.ends(destination, port), sender.octets(50));
          else sender.connect({ destination, port, retries: 1 });
        },
        MANY_CONTACTS,
      ),
  },
];
