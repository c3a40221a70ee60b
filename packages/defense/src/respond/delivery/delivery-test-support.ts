/** A receiver for tests that can be down, slow to forget, or lose its answer; and a cursor on a disk in memory. */
import type { Fate } from '../memory-file-test-support.ts';
import { Fate as NoFate } from '../memory-file-test-support.ts';
import { DONE, type Outcome } from '../outcome.ts';
import type { CursorFile } from './delivery.ts';
import type { DeliveryResult, OutgoingMessage, Transport } from './transport.ts';

export class MemoryCursor implements CursorFile {
  text: string | null = null;
  fate: Fate = new NoFate();

  async read(): Promise<string | null> {
    this.fate.pass();
    return this.text;
  }

  async write(text: string): Promise<Outcome> {
    this.fate.pass();
    this.text = text;
    this.fate.pass();
    return DONE;
  }
}

/** Drops what it has had, by key, as a receiver with idempotency keys does. */
export class Receiver implements Transport {
  /** Identifiers of the events taken, in the order in which they came. */
  readonly taken: string[] = [];
  readonly messages: OutgoingMessage[] = [];
  /** How often it was asked, taken or not. */
  asked = 0;
  fate: Fate = new NoFate();
  /** Answers in turn; when there are none left, it takes everything. `lost`: it takes the message, and the answer is lost. */
  readonly answers: (DeliveryResult | 'lost')[] = [];
  isDown = false;
  readonly #keys = new Set<string>();

  async send(message: OutgoingMessage): Promise<DeliveryResult> {
    this.asked++;
    this.fate.pass();
    if (this.isDown) return { kind: 'failed', reason: 'Connection refused.' };
    const answer = this.answers.shift();
    if (answer !== undefined && answer !== 'lost') return answer;
    if (!this.#keys.has(message.key)) {
      this.#keys.add(message.key);
      this.messages.push(message);
      this.taken.push(...message.events.map(({ id }) => id));
    }
    this.fate.pass();
    return answer === 'lost' ? { kind: 'failed', reason: 'Timed out.' } : { kind: 'delivered' };
  }
}
