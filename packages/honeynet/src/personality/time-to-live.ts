/**
 * Times to live from the attributes T and TG of a fingerprint: where nmap knows the distance it measures T, with the routers in
 * between added; elsewhere it guesses TG (https://nmap.org/book/osdetect-methods.html#osdetect-t).
 */
import type { PacketClass } from '@wormwood/netstack';
import { rangesOf } from './expression.ts';
import type { Fingerprint, TestResults } from './fingerprint.ts';

/** What systems begin with. */
const BEGINNINGS = [32, 64, 128, 255];
const LARGEST = 255;

/** By how many routers a quote lowers the time to live, and how far away nmap then takes the system to be. */
interface Quote {
  readonly hops: number;
  readonly distance: number;
}

/**
 * As it came, one router too far, and with hardly any time left: nmap's datagram begins with 51 to 64, and a quote of 0 would
 * make the distance as random.
 */
const QUOTES: readonly Quote[] = [0, 1, 54, 57, 51, 60].map((hops) => ({ hops, distance: hops }));

/** Times to live, and by how many routers too far away the quotes of a system make it seem. */
export interface TimesToLive {
  readonly timeToLive: Readonly<Record<PacketClass, number>>;
  readonly hops: number;
}

/** Returns what each kind of packet begins with, given by which test it is known. */
export function timeToLivesOf(
  tests: Fingerprint['tests'],
  kinds: Readonly<Record<PacketClass, string>>,
): TimesToLive {
  const measured = [...tests.values()].filter((results) => results.has('T'));
  const likely = (quote: Quote): number => measured.filter((results) => fits(results, quote.distance)).length;
  const quote = QUOTES.reduce((best, each) => (likely(each) > likely(best) ? each : best));
  const usual = measured[0] === undefined ? 64 : valueOf(measured[0], quote.distance);
  const entries = Object.entries(kinds).map(([kind, test]) => {
    const results = tests.get(test);
    const isKnown = results !== undefined && (results.has('T') || results.has('TG'));
    return [kind, isKnown ? valueOf(results, quote.distance) : usual];
  });
  return { timeToLive: Object.fromEntries(entries) as Record<PacketClass, number>, hops: quote.hops };
}

function fits(results: TestResults, distance: number): boolean {
  const ranges = rangesOf(results.get('T'));
  return guessesOf(results).some((guess) =>
    ranges.some(({ from, to }) => guess + distance >= from && guess + distance <= to),
  );
}

function valueOf(results: TestResults, distance: number): number {
  const ranges = rangesOf(results.get('T'));
  const guesses = guessesOf(results);
  if (ranges.length === 0) return guesses[0] ?? 64;
  for (const guess of guesses) {
    if (ranges.some(({ from, to }) => guess + distance >= from && guess + distance <= to)) return guess;
  }
  // Out of the range that is nearest: what is guessed from it is right, too.
  const [range] = ranges;
  return Math.max(1, Math.min(LARGEST, range!.to - distance));
}

function guessesOf(results: TestResults): readonly number[] {
  // A packet that begins with 0 reaches nobody, whatever the line says.
  const guesses = rangesOf(results.get('TG')).map(({ from }) => Math.max(1, Math.min(LARGEST, from)));
  return guesses.length > 0 ? guesses : BEGINNINGS;
}
