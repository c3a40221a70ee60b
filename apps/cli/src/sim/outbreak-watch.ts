/** An outbreak as a honeynet sees it: the detector that raises the alarm, and the contacts that a forecast is made from. */
import type { AddressSet } from '@wormwood/base';
import type { Detector, Observation, WormAlarm } from '@wormwood/defense';
import {
  type ContactFit,
  ContactLog,
  type ContactSeries,
  fitContacts,
  type Honeynet,
  surgeSeries,
} from '@wormwood/study';

/** The alarm that stands, and what the contacts with its port say by now. */
export interface Sighting {
  readonly alarm: WormAlarm;
  readonly nowSeconds: number;
  readonly honeynet: Honeynet;
  readonly series: ContactSeries;
  readonly fit: ContactFit;
}

/** What is watched. */
export interface WatchedNet {
  readonly detector: Detector;
  /** The dark addresses that count as honeypots. */
  readonly honeypots: AddressSet;
  /** Ω. */
  readonly addressSpaceSize: number;
  readonly responseSeconds: number | undefined;
}

/** An alarm is looked for so often, by the clock of the observations. */
const LOOK_SECONDS = 1;

export class OutbreakWatch {
  readonly honeynet: Honeynet;
  readonly #net: WatchedNet;
  readonly #logs: Map<string, ContactLog> = new Map();
  #nowSeconds = -Infinity;
  #lookSeconds = -Infinity;
  #alarm: WormAlarm | null = null;

  constructor(net: WatchedNet) {
    this.#net = net;
    this.honeynet = { honeypots: net.honeypots.size, addressSpaceSize: net.addressSpaceSize };
  }

  /** The time of the latest observation; −∞ before the first. */
  get nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** Takes in an observation. */
  take(observation: Observation): void {
    const { timeSeconds, kind, source, destination } = observation;
    this.#net.detector.observe(observation);
    this.#nowSeconds = Math.max(this.#nowSeconds, timeSeconds);
    if (kind !== 'contact' || !this.#net.honeypots.contains(destination)) return;
    const port = portName(observation.protocol, observation.destinationPort);
    const log = this.#logs.get(port) ?? new ContactLog();
    this.#logs.set(port, log);
    log.observe({ timeSeconds, source, destination });
  }

  /** The alarm, standing or over; null where none was raised. Looked up at most once a second of the observations. */
  alarm(): WormAlarm | null {
    if (this.#nowSeconds < this.#lookSeconds + LOOK_SECONDS) return this.#alarm;
    this.#lookSeconds = this.#nowSeconds;
    this.#alarm = this.#net.detector.alarm();
    return this.#alarm;
  }

  /** What a standing alarm allows to say now; or, as a sentence, why nothing can be said. */
  sighting(): Sighting | string {
    const alarm = this.alarm();
    if (alarm === null)
      return 'No alarm: on no port does the number of sources grow as a worm does, so there is nothing to forecast.';
    const port = portName(alarm.protocol, alarm.port);
    if (alarm.endedSeconds !== null)
      return `The surge at ${port} is over, so there is nothing to forecast. ${alarm.text}`;
    const log = this.#logs.get(port);
    if (log === undefined)
      return `No honeypot inside the space was contacted at ${port}; check --space and --dark.`;
    const growthPerSecond = alarm.growthPerSecond.estimate;
    const { sourcesPerInterval, measuredSeconds } = alarm;
    const { responseSeconds } = this.#net;
    const nowSeconds = this.#nowSeconds;
    const series = surgeSeries(
      log,
      { growthPerSecond, sourcesPerInterval, measuredSeconds },
      { nowSeconds, responseSeconds },
    );
    const outcome = fitContacts(series, this.honeynet, growthPerSecond);
    if (!outcome.ok) return outcome.reason;
    return { alarm, nowSeconds, honeynet: this.honeynet, series, fit: outcome.fit };
  }

  /** How many sources the honeypots had seen at a port, from a start on, by each of the times. */
  seenBy(port: string, startSeconds: number, timesSeconds: readonly number[]): readonly number[] {
    return this.#logs.get(port)?.seenBy(startSeconds, timesSeconds) ?? timesSeconds.map(() => 0);
  }
}

/** Returns the name of a port, such as tcp/445. */
export function portName(protocol: Observation['protocol'], port: number): string {
  return `${protocol}/${port}`;
}
