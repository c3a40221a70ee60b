/** Gathers what belongs together, such as the ARP requests of one sweep, and reports it once when it is over. */
import { RecentMap } from '@wormwood/base';

export interface GatheringOptions<T> {
  /** It is over when nothing has come for so long. */
  readonly idleSeconds: number;
  /** One that goes on for longer is reported in parts of this length. */
  readonly longestSeconds: number;
  /** Open at once; beyond, the one that was silent for longest is reported. */
  readonly openMax: number;
  readonly report: (gathered: T) => void;
}

interface Open<T> {
  readonly gathered: T;
  readonly beganSeconds: number;
  lastSeconds: number;
}

export class Gathering<T> {
  readonly #options: GatheringOptions<T>;
  /** The one that was silent for longest first. */
  readonly #open: RecentMap<string, Open<T>> = new RecentMap();

  constructor(options: GatheringOptions<T>) {
    this.#options = options;
  }

  /** Returns what is gathered under a key, begun by `begin` if nothing is. */
  take(key: string, nowSeconds: number, begin: () => T): T {
    this.end(nowSeconds);
    let open = this.#open.get(key);
    if (open !== undefined && nowSeconds - open.beganSeconds >= this.#options.longestSeconds) {
      this.#report(key, open);
      open = undefined;
    }
    open ??= { gathered: begin(), beganSeconds: nowSeconds, lastSeconds: nowSeconds };
    open.lastSeconds = nowSeconds;
    this.#open.set(key, open);
    const oldest = this.#open.size > this.#options.openMax ? this.#open.oldest() : undefined;
    if (oldest !== undefined) this.#report(oldest.key, oldest.value);
    return open.gathered;
  }

  /** Reports what is over by `nowSeconds`; all of it at an infinite time. */
  end(nowSeconds: number): void {
    for (let oldest = this.#open.oldest(); oldest !== undefined; oldest = this.#open.oldest()) {
      if (nowSeconds - oldest.value.lastSeconds < this.#options.idleSeconds) return;
      this.#report(oldest.key, oldest.value);
    }
  }

  #report(key: string, { gathered }: Open<T>): void {
    this.#open.delete(key);
    this.#options.report(gathered);
  }
}
