/** How a message leaves the house: what the queue hands over, and what may come of it. */
import type { EventLine } from './event-line.ts';

export interface OutgoingMessage {
  /** The same whenever the same message is sent again; receivers drop what they have had. */
  readonly key: string;
  /** One event, or those of a digest; in the order in which they happened. */
  readonly events: readonly [EventLine, ...EventLine[]];
}

/** `refused`: this message will never be taken. `failed`: try again, not before the receiver says if it says when. */
export type DeliveryResult =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterSeconds?: number };

export interface Transport {
  /** Settles when the receiver has answered or was given up; never rejects. */
  send(message: OutgoingMessage): Promise<DeliveryResult>;
}
