/**
 * How long a test takes to find a scanner that draws its targets from the whole space, computed apart from the detector, from
 * the bounds that docs/detect.md states: a client that knows n of our addresses knows one more with probability 1/2, and many
 * clients behind one address spread over ports as their urn does. A scanner far above the slowest rate is found when chance
 * has belied both. Its first contact begins the test.
 */
import { exponential, type RandomStream } from '@wormwood/base';
import type { Telescope } from './telescope.ts';

export interface TestParameters {
  /** Probes a second of the slowest scanner that is to be found. */
  readonly slowestRate: number;
  /** How many times as often as an innocent host at the limit of the model that scanner reaches new addresses. */
  readonly contrast: number;
  /** Of false verdicts, and of missed scanners. */
  readonly falseRate: number;
  readonly missRate: number;
  /** The probability that a client with a list knows one more of our addresses than it has called. */
  readonly listContinues: number;
  /** Share of scanners that may bear the mark of a tool: the others are tested with the rest of the probability. */
  readonly toolShare: number;
}

const STATED: TestParameters = {
  slowestRate: 1,
  contrast: 50,
  falseRate: 1e-4,
  missRate: 0.01,
  listContinues: 0.5,
  toolShare: 0.15,
};

/** Of tests that end: on few addresses one that has met most of them may not. */
export interface VerdictTime {
  readonly meanSeconds: number;
  readonly standardError: number;
}

/** A scanner, and the telescope that it meets. */
export interface Scanner {
  readonly telescope: Telescope;
  readonly probesPerSecond: number;
  /** Each tried equally often. @default one that few clients use */
  readonly ports?: readonly string[];
}

const RUNS = 5000;
/** Shares of what clients do by mistake, as docs/detect.md states them. */
const SHARES: ReadonlyMap<string, number> = new Map([
  ['tcp/443', 0.3],
  ['tcp/80', 0.2],
  ['tcp/22', 0.02],
]);
const RARE_SHARE = 0.002;
/** Of the urn of the clients, and of that of a scanner. */
const [CLIENTS, SCANNERS] = [10, 1];
/** A scanner tries one port, as many as eight, or an urn of them. */
const [ONE, SOME, URN] = [0.4, 0.35, 0.25];
const PORTS_MAX = 8;

/** Returns the mean time from a scanner's first contact to the verdict on it, from many simulated tests. */
export function verdictTime(
  scanner: Scanner,
  stream: RandomStream,
  { falseRate, listContinues, toolShare }: TestParameters = STATED,
): VerdictTime {
  const { telescope, probesPerSecond, ports = ['rare'] } = scanner;
  const trueRate = (probesPerSecond * telescope.size) / 2 ** 32;
  const needed = -Math.log(falseRate * (1 - toolShare));
  let [sum, squares, ended] = [0, 0, 0];
  for (let run = 0; run < RUNS; run++) {
    const met = new Set([stream.nextBelow(telescope.size)]);
    const shared = new SharedOdds();
    shared.contact(ports[stream.nextBelow(ports.length)]!);
    let [seconds, list] = [0, 0];
    // When half of the addresses are known, a new one says nothing any more.
    while (Math.min(list, shared.odds()) < needed && met.size < telescope.size / 2) {
      seconds += exponential(stream) / trueRate;
      const address = stream.nextBelow(telescope.size);
      const port = ports[stream.nextBelow(ports.length)]!;
      const [chanceOfNew, chanceOfOld] = [1 - met.size / telescope.size, met.size / telescope.size];
      // A scanner meets each address alike; a client goes on along its list, or calls an address again.
      if (met.has(address)) list += Math.min(Math.log(chanceOfOld / (1 - listContinues)), 0);
      else {
        list += Math.log(chanceOfNew / listContinues);
        shared.contact(port);
      }
      met.add(address);
    }
    if (Math.min(list, shared.odds()) < needed) continue;
    ended++;
    sum += seconds;
    squares += seconds * seconds;
  }
  const meanSeconds = sum / ended;
  return { meanSeconds, standardError: Math.sqrt((squares / ended - meanSeconds ** 2) / ended) };
}

/** ln of how much better a scanner explains the ports than many clients behind one address. */
class SharedOdds {
  readonly #counts: Map<string, number> = new Map();
  #contacts = 0;
  #clients = 0;
  #scanners = 0;

  contact(port: string): void {
    const count = this.#counts.get(port) ?? 0;
    // The share of a port that is new is the same for both, and left out.
    const probability = (spread: number): number =>
      (count === 0 ? spread : count + spread * (SHARES.get(port) ?? RARE_SHARE)) / (this.#contacts + spread);
    this.#clients += Math.log(probability(CLIENTS));
    this.#scanners += Math.log(probability(SCANNERS));
    this.#counts.set(port, count + 1);
    this.#contacts++;
  }

  odds(): number {
    let few = 0;
    for (let k = this.#counts.size; k <= PORTS_MAX; k++) {
      let term = k === 1 ? ONE : SOME / (PORTS_MAX - 1);
      for (let i = 0; i < this.#counts.size; i++) term *= k - i;
      few += term * k ** -this.#contacts;
    }
    return Math.max(Math.log(URN) + this.#scanners, Math.log(few)) - this.#clients;
  }
}

/**
 * Returns the least mean time of any test with these errors (Wald 1945, 4.8: the expected information at a verdict is no less
 * than that of two certain outcomes), after the first contact.
 */
export function leastSeconds(
  telescope: Telescope,
  probesPerSecond: number,
  { falseRate, missRate, slowestRate, contrast }: TestParameters = STATED,
): number {
  const innocent = (slowestRate / contrast) * (telescope.size / 2 ** 32);
  const rate = probesPerSecond * (telescope.size / 2 ** 32);
  const information = rate * Math.log(rate / innocent) - (rate - innocent);
  const needed =
    (1 - missRate) * Math.log((1 - missRate) / falseRate) + missRate * Math.log(missRate / (1 - falseRate));
  return needed / information;
}
