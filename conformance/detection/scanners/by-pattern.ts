/** Scanners whose order of targets is not uniform. */
import type { Telescope } from '../telescope.ts';
import type { TrafficClass } from '../traffic-class.ts';
import { contactAtRandom, contactInOrder, uniformContactRate } from './scanning.ts';

/** Of a Code Red II: half of its probes stay in the /8, three eighths in the /16, one eighth goes anywhere. */
const LOCAL_RATE = 10;
function localContactRate(telescope: Telescope): number {
  const [share8, shareAll] = [telescope.size / 2 ** 24, telescope.size / 2 ** 32];
  return LOCAL_RATE * (0.5 * share8 + 0.125 * shareAll);
}

const HITLIST_RATE = 10;
const HITLIST_SIZE = 40;

export const byPattern: readonly TrafficClass[] = [
  {
    name: 'local-preference',
    side: 'scanner',
    kind: 'scanning',
    from: 'near',
    about:
      'Half of its 10 probes a second go to its own /8, in which the telescope lies, an eighth anywhere.',
    origin: 'Staniford, Paxson, Weaver 2002, 2.2 (Code Red II): 3/8 own /16, 1/2 own /8, 1/8 anywhere',
    contactRate: localContactRate,
    begin: (sender) =>
      contactAtRandom(sender, localContactRate(sender.telescope), (destination) =>
        sender.connect({ destination, port: 80, retries: 1 }),
      ),
  },
  {
    name: 'sequential',
    side: 'scanner',
    kind: 'scanning',
    about: 'Counts upward through the prefix, 50 a second.',
    origin: null,
    contactRate: () => 50,
    begin: (sender) => {
      const { telescope } = sender;
      const first = telescope.first + sender.stream.nextBelow(telescope.size / 2);
      contactInOrder(sender, first, 0.02, (destination) => sender.syn(sender.ends(destination, 8080)));
    },
  },
  {
    name: 'blaster-like',
    side: 'scanner',
    kind: 'scanning',
    about:
      'Connects to TCP 135 of twenty neighbours at a time, waits 1.8 s, goes on behind them: 11 a second.',
    origin:
      'Bailey et al. 2005 (The Blaster Worm: Then and Now): sequential from a /24, twenty connections at a time',
    contactRate: () => 20 / 1.8,
    begin: (sender) => {
      const { telescope } = sender;
      const first = telescope.first + sender.stream.nextBelow(telescope.size / 2);
      sender.repeat(
        3,
        () => 1.8,
        (round) => {
          for (let index = 0; index < 20; index++)
            sender.connect({ destination: first + 20 * round + index, port: 135, retries: 0 });
        },
      );
    },
  },
  {
    name: 'hitlist',
    side: 'scanner',
    kind: 'scanning',
    about: 'Goes through a list of 40 addresses that answer, all of them ours, 10 a second.',
    origin: 'Staniford, Paxson, Weaver 2002, 5.1',
    contactRate: () => HITLIST_RATE,
    begin: (sender) => {
      const list = new Set<number>();
      while (list.size < HITLIST_SIZE) list.add(sender.telescope.drawHoneypot(sender.stream));
      const targets = [...list];
      sender.repeat(
        HITLIST_SIZE,
        () => sender.exponential(1 / HITLIST_RATE),
        (index) => sender.connect({ destination: targets[index]!, port: 443, retries: 1 }),
      );
    },
  },
  {
    name: 'forged-scan',
    side: 'scanner',
    kind: 'contact',
    isForged: true,
    about:
      'Somebody scans in the name of a host that sends nothing, 1,000 a second, and receives no answer: what is said of that host must never call itself proven.',
    origin: 'Moore et al. 2001: sources can be forged; a handshake cannot, from off the path',
    contactRate: (telescope) => uniformContactRate(telescope, 1000),
    begin: (sender) => {
      sender.look = { ...sender.look, timeToLive: sender.count(3, 12) };
      contactAtRandom(sender, uniformContactRate(sender.telescope, 1000), (destination) =>
        sender.syn(sender.ends(destination, 23)),
      );
    },
  },
];
