/**
 * Carries what the audit log says to webhooks, syslog and mail, each with its own progress, so that a receiver that is
 * down holds up neither the others nor any decision. It follows the log and never writes it.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { Delivery, type DeliveryStatus, linesOf } from '@wormwood/defense';
import { cursorFile } from './cursor-file.ts';
import { ResponderFailure } from './failure.ts';
import { nowSeconds } from './machine-clock.ts';
import type { ResponseState } from './state.ts';
import { transportOf } from './transports.ts';

const LOOK_EVERY_MILLISECONDS = 500;

/** A receiver and how far it has come. */
export type NamedStatus = DeliveryStatus & { readonly name: string };

interface Named {
  readonly name: string;
  readonly delivery: Delivery;
  reported: string | null;
}

export class Notifier {
  readonly #state: ResponseState;
  readonly #deliveries: readonly Named[];
  readonly #end: { offset: number };

  private constructor(state: ResponseState, deliveries: readonly Named[], end: { offset: number }) {
    this.#state = state;
    this.#deliveries = deliveries;
    this.#end = end;
  }

  /** Opens the deliveries of `respond.yaml`; rejects with a `ResponderFailure` if there is none or one cannot be used. */
  static async open(state: ResponseState): Promise<Notifier> {
    const entries = state.deliveries();
    if (entries.length === 0) throw new ResponderFailure('failed', 'respond.yaml names no deliveries.');
    const log = state.log();
    const end = { offset: 0 };
    // Chance spreads the attempts of many senders; it must differ from machine to machine.
    const streams = randomStreams(randomBytes(8).readBigUInt64LE().toString());
    const opened: Named[] = [];
    for (const entry of entries) {
      const { name, events, digestSeconds } = entry;
      const components = {
        source: linesOf(log, () => end.offset),
        cursor: cursorFile(state.cursorPath(name)),
        transport: transportOf(entry),
        clock: { nowSeconds },
        random: streams.stream(`respond/delivery/${name}`),
      };
      const wanted = new Set<string>(events);
      const selects = ({ event }: { readonly event: string }): boolean =>
        wanted.size === 0 || wanted.has(event);
      opened.push({
        name,
        delivery: await Delivery.open(components, { selects, digestSeconds }),
        reported: null,
      });
    }
    return new Notifier(state, opened, end);
  }

  /** Delivers what waits, once. */
  async once(): Promise<readonly NamedStatus[]> {
    await (
      await this.#begin()
    ).done;
    return this.statuses();
  }

  /** Delivers what waits and what comes, until `signal`; `trouble` hears when one begins (a sentence) and ends (null). */
  async serve(
    signal: AbortSignal,
    trouble: (name: string, sentence: string | null) => void,
  ): Promise<readonly NamedStatus[]> {
    while (!signal.aborted) {
      // Nobody waits for a receiver that is slow.
      await this.#begin();
      this.#reportTroubles(trouble);
      // Only the signal rejects it.
      await delay(LOOK_EVERY_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
    return this.statuses();
  }

  statuses(): readonly NamedStatus[] {
    return this.#deliveries.map(({ name, delivery }) => ({ name, ...delivery.status }));
  }

  /** What is sent must be there after a loss of power, too. */
  async #begin(): Promise<{ readonly done: Promise<unknown> }> {
    this.#end.offset = await this.#state.log().syncedOffset();
    return { done: Promise.all(this.#deliveries.map(({ delivery }) => delivery.step())) };
  }

  #reportTroubles(report: (name: string, sentence: string | null) => void): void {
    for (const each of this.#deliveries) {
      const { trouble } = each.delivery.status;
      if (trouble !== each.reported) report(each.name, trouble);
      each.reported = trouble;
    }
  }
}
