/** Records who infected whom and when, in addition to what every random run records. */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { InfectionLog } from '../engine.ts';
import { Recorder } from '../recorder.ts';

export class InfectionRecorder extends Recorder {
  /** By first infection: host, infector, time. */
  readonly #host: Int32Array;
  readonly #infector: Int32Array;
  readonly #infectionTime: Float64Array;
  /** By host; infinite while it is not immunized. */
  readonly #immunizedTime: Float64Array;
  /** By host, where one can be infected more than once. */
  readonly #wasInfected: Uint8Array | undefined;

  constructor(outbreak: Outbreak) {
    super(outbreak);
    const { vulnerable, rebootRatePerSecond = 0, churnRatePerSecond = 0 } = outbreak.population;
    this.#host = new Int32Array(vulnerable);
    this.#infector = new Int32Array(vulnerable);
    this.#infectionTime = new Float64Array(vulnerable);
    this.#immunizedTime = new Float64Array(vulnerable).fill(Infinity);
    const canReturn = rebootRatePerSecond > 0 || churnRatePerSecond > 0;
    this.#wasInfected = canReturn ? new Uint8Array(vulnerable) : undefined;
  }

  /** A host becomes infected; only its first time is kept. */
  noteInfection(host: number, infector: number): void {
    if (this.#wasInfected?.[host] === 1) return;
    if (this.#wasInfected !== undefined) this.#wasInfected[host] = 1;
    const row = this.everInfected;
    this.#host[row] = host;
    this.#infector[row] = infector;
    this.#infectionTime[row] = this.timeSeconds;
    this.noteFirstInfection();
  }

  /** A host is immunized, or no longer is: a new one has its address. */
  noteImmunization(host: number, isImmunized: boolean): void {
    this.#immunizedTime[host] = isImmunized ? this.timeSeconds : Infinity;
  }

  /** Returns the infections noted so far; `address`: of each host. */
  infections(address: Float64Array): InfectionLog {
    return {
      host: this.#host.slice(0, this.everInfected),
      infector: this.#infector.slice(0, this.everInfected),
      timeSeconds: this.#infectionTime.slice(0, this.everInfected),
      address,
      immunizedSeconds: this.#immunizedTime.slice(),
    };
  }
}
