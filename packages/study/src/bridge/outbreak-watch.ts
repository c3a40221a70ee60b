/** An outbreak as a honeynet sees it: the detector that raises the alarm, and the contacts that a forecast is made from. */
import { type AddressSet, formatCount } from '@wormwood/base';
import type { Detector, Observation, Verdict, WormAlarm } from '@wormwood/defense';
import { type ContactFit, fitContacts, type Honeynet } from './contact-fit.ts';
import { ContactLog, type ContactSeries } from './contact-log.ts';
import { surgeSeries } from './surge.ts';

/** The alarm that stands, and the contacts with its port by now: all that a forecast is made from. */
export interface AlarmedSeries {
  readonly alarm: WormAlarm;
  readonly nowSeconds: number;
  readonly series: ContactSeries;
  /** Contacts over IPv6, which are not in the series. */
  readonly ipv6Contacts: number;
}

/** What the contacts say by now. */
export interface Sighting extends AlarmedSeries {
  readonly honeynet: Honeynet;
  readonly fit: ContactFit;
}

/** What is watched. */
export interface WatchedNet {
  readonly detector: Detector;
  /** The dark addresses that count as honeypots. */
  readonly honeypots: AddressSet;
  /** Sources that are remembered, counted at each port anew; beyond them the earliest are forgotten. @default Infinity */
  readonly sourcesMax?: number;
}

/** An alarm is looked for so often, by the clock of the observations. */
const LOOK_SECONDS = 1;

export class OutbreakWatch {
  readonly #detector: Detector;
  readonly #honeypots: AddressSet;
  readonly #sourcesMax: number;
  readonly #logs: Map<string, ContactLog> = new Map();
  #sources = 0;
  #ipv6Contacts = 0;
  #nowSeconds = -Infinity;
  #lookSeconds = -Infinity;
  #alarm: WormAlarm | null = null;

  constructor({ detector, honeypots, sourcesMax = Infinity }: WatchedNet) {
    this.#detector = detector;
    this.#honeypots = honeypots;
    this.#sourcesMax = sourcesMax;
  }

  /** Number of honeypot addresses. */
  get honeypots(): number {
    return this.#honeypots.size;
  }

  /** Contacts with dark addresses over IPv6: they are counted here, and in no series. */
  get ipv6Contacts(): number {
    return this.#ipv6Contacts;
  }

  /** The time of the latest observation; −∞ before the first. */
  get nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** Takes in an observation; returns the verdict that the detector reaches by it. */
  take(observation: Observation): Verdict | null {
    const { timeSeconds, kind, source, destination } = observation;
    const verdict = this.#detector.observe(observation);
    this.#nowSeconds = Math.max(this.#nowSeconds, timeSeconds);
    // The space of a forecast is one of IPv4: no worm finds hosts among 2^128 addresses by random scanning.
    if (typeof source !== 'number' || typeof destination !== 'number') {
      if (kind === 'contact' && observation.dark) this.#ipv6Contacts++;
      return verdict;
    }
    if (kind !== 'contact' || !this.#honeypots.contains(destination)) return verdict;
    const port = portName(observation.protocol, observation.destinationPort);
    const log = this.#logs.get(port) ?? new ContactLog();
    this.#logs.set(port, log);
    const before = log.sources;
    log.observe({ timeSeconds, source, destination });
    this.#sources += log.sources - before;
    if (this.#sources > this.#sourcesMax) this.#forget();
    return verdict;
  }

  /** The alarm, standing or over; null where none was raised. Looked up at most once a second of the observations. */
  alarm(): WormAlarm | null {
    if (this.#nowSeconds < this.#lookSeconds + LOOK_SECONDS) return this.#alarm;
    this.#lookSeconds = this.#nowSeconds;
    this.#alarm = this.#detector.alarm();
    return this.#alarm;
  }

  /**
   * The contacts with the port of a standing alarm; or, as a sentence, why nothing can be said. `responseSeconds` is the mean
   * time from a contact to the immunization of the host; undefined while nobody acts.
   */
  alarmed(responseSeconds: number | undefined): AlarmedSeries | string {
    const alarm = this.alarm();
    if (alarm === null)
      return 'No alarm: on no port does the number of sources grow as a worm does, so there is nothing to forecast.';
    const port = portName(alarm.protocol, alarm.port);
    if (alarm.endedSeconds !== null)
      return `The surge at ${port} is over, so there is nothing to forecast. ${alarm.text}`;
    const log = this.#logs.get(port);
    if (log === undefined && this.#ipv6Contacts > 0)
      return `The contacts at ${port} are of IPv6. ${leftOutWords(this.#ipv6Contacts)}`;
    if (log === undefined)
      return `No honeypot inside the space was contacted at ${port}; check --space and --dark.`;
    const { sourcesPerInterval, measuredSeconds, growthPerSecond } = alarm;
    const nowSeconds = this.#nowSeconds;
    const series = surgeSeries(
      log,
      { growthPerSecond: growthPerSecond.estimate, sourcesPerInterval, measuredSeconds },
      { nowSeconds, responseSeconds },
    );
    if (log.hasForgotten && series.startSeconds <= log.spanSeconds[0])
      return `More than ${formatCount(this.#sourcesMax)} sources came, and the first of this surge are forgotten here.`;
    return { alarm, nowSeconds, series, ipv6Contacts: this.#ipv6Contacts };
  }

  /** What a standing alarm allows to say of a space of so many addresses; or, as a sentence, why nothing can be said. */
  sighting(addressSpaceSize: number, responseSeconds: number | undefined): Sighting | string {
    const alarmed = this.alarmed(responseSeconds);
    if (typeof alarmed === 'string') return alarmed;
    return sightingOf(alarmed, { honeypots: this.honeypots, addressSpaceSize });
  }

  /** How many sources the honeypots had seen at a port, from a start on, by each of the times. */
  seenBy(port: string, startSeconds: number, timesSeconds: readonly number[]): readonly number[] {
    return this.#logs.get(port)?.seenBy(startSeconds, timesSeconds) ?? timesSeconds.map(() => 0);
  }

  /** Forgets the half of the sources that came first. */
  #forget(): void {
    const firsts = [...this.#logs.values()].flatMap((log) => log.firstContacts());
    const cut = Float64Array.from(firsts).toSorted()[Math.floor(firsts.length / 2)] ?? this.#nowSeconds;
    for (const [port, log] of this.#logs) {
      log.forgetUntil(cut);
      if (log.sources === 0) this.#logs.delete(port);
    }
    this.#sources = [...this.#logs.values()].reduce((sum, { sources }) => sum + sources, 0);
  }
}

/** Returns what the contacts say of the outbreak; or, as a sentence, why they say nothing. */
export function sightingOf(alarmed: AlarmedSeries, honeynet: Honeynet): Sighting | string {
  const outcome = fitContacts(alarmed.series, honeynet, alarmed.alarm.growthPerSecond.estimate);
  return outcome.ok ? { ...alarmed, honeynet, fit: outcome.fit } : outcome.reason;
}

/** Returns the name of a port, such as tcp/445. */
export function portName(protocol: Observation['protocol'], port: number): string {
  return `${protocol}/${port}`;
}

/** Why contacts over IPv6 are in no forecast. */
const IPV6_REASON =
  'random scanning finds no hosts among 2^128 addresses, so their share of a dark prefix does not show how many are infected';

/** Returns how many contacts a forecast leaves out, with the reason. */
export function leftOutWords(ipv6Contacts: number): string {
  const contacts = ipv6Contacts === 1 ? '1 contact' : `${formatCount(ipv6Contacts)} contacts`;
  return `The fit leaves out ${contacts} over IPv6: ${IPV6_REASON}.`;
}
