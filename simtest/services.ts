/** What listens in a storm: each service holds what comes to the stream that its client sends. */
import type { EventQueue } from '@wormwood/base';
import type { TcpConnection, TcpService } from '@wormwood/netstack';
import { octetsAt, type Plan } from './plan.ts';

const CHUNK_BYTES = 4096;
/** A slow service rests after so many octets. */
const SLOW_BYTES = 8192;
const SLOW_PAUSE_SECONDS = 1.5;

/** What a service shares with the storm around it. */
export interface ServiceContext {
  readonly now: () => number;
  readonly timers: EventQueue<() => void>;
  readonly complain: (problem: string) => void;
}

export class CheckingService implements TcpService {
  readonly plan: Plan;
  received = 0;
  hasEnded = false;
  closedReason: string | null = null;
  readonly #connection: TcpConnection;
  readonly #context: ServiceContext;
  /** Octets of the answer that the stack has taken. */
  #written = 0;
  #restedAt = 0;

  constructor(plan: Plan, connection: TcpConnection, context: ServiceContext) {
    this.plan = plan;
    this.#connection = connection;
    this.#context = context;
    if (plan.service === 'source') this.#write();
  }

  data(octets: Uint8Array): void {
    const { plan } = this;
    const expected = octetsAt(plan.sendKey, this.received, octets.length);
    const wrong = octets.findIndex((octet, i) => octet !== expected[i]);
    if (wrong >= 0) this.#context.complain(`the service got a wrong octet at ${this.received + wrong}`);
    if (this.hasEnded || this.closedReason !== null)
      this.#context.complain('the service got octets after the end');
    this.received += octets.length;
    if (this.received > plan.sendBytes) this.#context.complain('the service got more octets than were sent');
    if (plan.service === 'echo') this.#write();
    if (plan.service === 'slow' && this.received - this.#restedAt >= SLOW_BYTES) this.#pause();
  }

  ended(): void {
    if (this.received !== this.plan.sendBytes)
      this.#context.complain(`the stream ended after ${this.received} octets of ${this.plan.sendBytes}`);
    this.hasEnded = true;
    this.#write();
  }

  writable(): void {
    this.#write();
  }

  closed(reason: string): void {
    if (this.closedReason !== null) this.#context.complain('the service was closed twice');
    this.closedReason = reason;
  }

  /** Answers as much as may be answered by now, and ends when all of it was. */
  #write(): void {
    const { plan } = this;
    const limit = plan.service === 'source' ? plan.answerBytes : plan.service === 'echo' ? this.received : 0;
    while (this.#written < limit) {
      const length = Math.min(CHUNK_BYTES, limit - this.#written);
      const taken = this.#connection.write(octetsAt(plan.answerKey, this.#written, length));
      this.#written += taken;
      if (taken < length) return;
    }
    if (this.hasEnded || plan.service === 'source') this.#connection.end();
  }

  #pause(): void {
    this.#restedAt = this.received;
    this.#connection.pause();
    this.#context.timers.push(this.#context.now() + SLOW_PAUSE_SECONDS, () => {
      if (this.closedReason === null) this.#connection.resume();
    });
  }
}
