/**
 * Contacts with honeypots that the worm learns to avoid. Of those that get out and arrive each meets an unknown
 * address with the chance U/Ω; it immunizes with one probability and reveals the address to the worm with another.
 * Only those that do either are drawn.
 */
import type { RandomStream } from '@wormwood/base';
import type { Avoided, EffectsAtWork } from '../../countermeasure/effects-at-work.ts';
import type { HostSenders } from './host-senders.ts';

export class AvoidedContacts {
  readonly #effects: EffectsAtWork;
  readonly #spaceSize: number;
  #sentPerSecond = 0;

  constructor(effects: EffectsAtWork, spaceSize: number) {
    this.#effects = effects;
    this.#spaceSize = spaceSize;
  }

  /** Contacts a second that may change anything, if all probes got out past what blocks their hosts. */
  ratePerSecond(sentPerSecond: number): number {
    const { avoided } = this.#effects;
    if (avoided.length === 0) return 0;
    this.#sentPerSecond = sentPerSecond;
    let rate = 0;
    for (const one of avoided) rate += this.#rateOf(one);
    return rate;
  }

  /** Draws one, `target` being uniform below that rate; returns the host that it immunizes, −1 for none. */
  draw(
    target: number,
    senders: HostSenders,
    isHeld: (sender: number) => boolean,
    stream: RandomStream,
  ): number {
    let left = target;
    for (const one of this.#effects.avoided) {
      left -= this.#rateOf(one);
      if (left >= 0) continue;
      const sender = senders.any(stream);
      if (stream.nextDouble() >= senders.passingOf(sender) || isHeld(sender)) return -1;
      const { learning, coverage } = one.effect;
      const isEither = 1 - (1 - learning) * (1 - coverage);
      const immunizes = stream.nextDouble() * isEither < coverage;
      if (!immunizes || stream.nextDouble() < learning) one.unknown = Math.max(0, one.unknown - 1);
      return immunizes ? sender : -1;
    }
    return -1;
  }

  #rateOf({ unknown, effect: { learning, coverage } }: Avoided): number {
    const arriving = this.#sentPerSecond * this.#effects.standing.passing;
    return (arriving * unknown * (1 - (1 - learning) * (1 - coverage))) / this.#spaceSize;
  }
}
