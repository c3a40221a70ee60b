/** What scanners have in common: how often chance leads them to a telescope, and what the packets of their tools look like. */
import type { Look } from '../packets.ts';
import type { Sender } from '../sender.ts';
import type { Telescope } from '../telescope.ts';

const SPACE = 2 ** 32;
/** A source ends after so many contacts: what comes later decides nothing, and a capture shall stay small. */
const CONTACTS_MAX = 60;

/** Contacts a second with a telescope of a scanner that draws each target from the whole space. */
export function uniformContactRate(telescope: Telescope, probesPerSecond: number): number {
  return (probesPerSecond * telescope.size) / SPACE;
}

/** A Poisson process of contacts with drawn dark addresses, as uniform scanning makes it; the misses are nowhere to be seen. */
export function contactAtRandom(
  sender: Sender,
  contactsPerSecond: number,
  contact: (destination: number, index: number) => void,
  contactsMax: number = CONTACTS_MAX,
): void {
  const gap = (): number => sender.exponential(1 / contactsPerSecond);
  sender.after(gap(), () =>
    sender.repeat(contactsMax, gap, (index) => contact(sender.telescope.draw(sender.stream), index)),
  );
}

/** Probes to neighbouring addresses from `first` on, upward to the end of the telescope, one each `gapSeconds`. */
export function contactInOrder(
  sender: Sender,
  first: number,
  gapSeconds: number,
  contact: (destination: number, index: number) => void,
): void {
  const { telescope } = sender;
  const left = Math.min(CONTACTS_MAX, telescope.first + telescope.size - first);
  sender.repeat(
    left,
    () => gapSeconds,
    (index) => contact(first + index, index),
  );
}

/** ZMap: identification 54321, TTL 255 at the start, window 65,535, a lone MSS (Durumeric et al. 2024, Ten Years of ZMap). */
export function zmapLook(sender: Sender): Look {
  const options = [{ kind: 'mss', mssBytes: 1460 }] as const;
  return { timeToLive: 255 - sender.count(8, 24), window: 65_535, options, identification: 54_321 };
}

/** Masscan: no options, window 1,024, TTL 255 at the start; its identification is computed from each target. */
export function masscanLook(sender: Sender): Look {
  return { timeToLive: 255 - sender.count(8, 24), window: 1024, options: [], identification: null };
}

/** The scanner of Mirai builds its SYNs itself: no options, a window drawn once, TTL 64 at the start. */
export function miraiLook(sender: Sender): Look {
  return {
    timeToLive: 64 - sender.count(8, 24),
    window: sender.count(1, 65_535),
    options: [],
    identification: null,
  };
}
