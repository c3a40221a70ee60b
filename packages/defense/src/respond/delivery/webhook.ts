/** Messages over HTTP: a body as the receiver wants it, and what its answer means. */
import type { OutgoingMessage, Transport, DeliveryResult } from './transport.ts';
import { type WebhookPreset, webhookBody } from './webhook-presets.ts';

/** Sends requests by HTTP: the app supplies it. */
export interface HttpSender {
  /** Settles with the answer, or with why there is none; never rejects, never follows a redirection. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutSeconds: number;
}

export type HttpAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The header field, if there was one. */
      readonly retryAfter: string | null;
    }
  | { readonly kind: 'notSent'; readonly reason: string };

export interface WebhookOptions {
  readonly url: string;
  readonly preset: WebhookPreset;
  /** Added to each request: what the receiver wants to see before it believes. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

const TIMEOUT_SECONDS = 20;
/** The message itself is wrong for this receiver; the same again would be wrong again. */
const REFUSING: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/** Returns the transport that posts to a URL of the owner, with the key of each message as its `Idempotency-Key`. */
export function webhookTransport(
  sender: HttpSender,
  { url, preset, headers = {} }: WebhookOptions,
): Transport {
  return {
    async send(message: OutgoingMessage): Promise<DeliveryResult> {
      const answer = await sender.send({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': message.key },
        body: webhookBody(preset, message),
        timeoutSeconds: TIMEOUT_SECONDS,
      });
      return resultOf(answer);
    },
  };
}

function resultOf(answer: HttpAnswer): DeliveryResult {
  if (answer.kind === 'notSent') return { kind: 'failed', reason: answer.reason };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `The receiver answered with status ${status}.`;
  if (REFUSING.has(status)) return { kind: 'refused', reason };
  // Anything else may be set right: by time, or by whoever owns the address or the password.
  const isSeconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter);
  return { kind: 'failed', reason, ...(isSeconds ? { retryAfterSeconds: Number(retryAfter) } : {}) };
}
