/** The shapes of what is asked and answered, from which requests are checked and the OpenAPI document is made. */
import { z } from 'zod';

const number = z.number();
const text = z.string();
const nullable = <T extends z.ZodType>(of: T): z.ZodNullable<T> => z.nullable(of);

const LIMIT_MAX = 500;
const ID_LENGTH_MAX = 64;
const REASON_LENGTH_MAX = 200;

const wholeNumber = (max: number, otherwise: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(0).max(max).default(otherwise);

/** One line, as the audit log takes it. */
const reason = z
  .string()
  .min(1)
  .max(REASON_LENGTH_MAX)
  .refine((value) => value.trim() !== '' && !/\p{Cc}/u.test(value), 'one line of text');

export const filterQuery = z.object({ filter: z.string().default('') });
export const eventsQuery = z.object({
  filter: z.string().default(''),
  before: z.coerce.number().int().min(0).optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: wholeNumber(LIMIT_MAX, 100),
});
export const sourcesQuery = z.object({
  order: z.enum(['contacts', 'last', 'verdict']).default('contacts'),
  offset: wholeNumber(10_000_000, 0),
  limit: wholeNumber(LIMIT_MAX, 100),
});
/** Seconds from a contact to the immunization, as things are. */
export const forecastQuery = z.object({ response: z.coerce.number().min(0).max(1e9).optional() });
export const addressPath = z.object({ address: z.ipv4() });
export const sessionPath = z.object({ id: z.uuid() });
export const decisionPath = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f-]{4,64}$/)
    .max(ID_LENGTH_MAX),
});
export const nothing = z.object({});
export const reasonBody = z.object({ reason });

const event = z.record(text, z.unknown());
const found = z.object({ seq: number, event });
const verdict = z.record(text, z.unknown());
const source = z.object({
  address: text,
  firstSeconds: number,
  lastSeconds: number,
  events: number,
  contacts: number,
  handshakes: number,
  verdict: nullable(verdict),
});
const portCount = z.object({ protocol: text, port: number, contacts: number });
const line = z.object({ ts: text, event: text, message: text });
const shownDecision = z.object({
  decision: z.record(text, z.unknown()),
  secondsLeft: number,
  approving: nullable(text),
  undoing: nullable(text),
});

export const failure = z.object({ error: text });
export const recording = z.object({ lines: z.array(line), note: nullable(text) });
export const events = z.object({ events: z.array(found) });
export const overview = z.object({
  span: nullable(z.object({ firstSeconds: number, lastSeconds: number })),
  timeline: z.array(z.object({ seconds: number, contacts: number, events: number })),
  ports: z.array(portCount),
  hosts: z.array(z.object({ name: text, contacts: number })),
  kinds: z.array(z.object({ name: text, events: number })),
  networks: z.array(z.object({ network: number, contacts: number })),
  sources: z.array(source),
  sourceCount: number,
  alarm: nullable(text),
});
export const sources = z.object({ sources: z.array(source), count: number });
export const sourceReport = z.object({
  summary: nullable(source.omit({ verdict: true })),
  ports: z.array(portCount),
  verdicts: z.array(verdict),
  explanation: nullable(text),
  evidence: z.array(z.record(text, z.unknown())),
  state: text,
  sessions: z.array(found),
  events: z.array(found),
  decisions: z.array(shownDecision),
});
export const session = z.object({
  events: z.array(found),
  talk: nullable(
    z.object({
      messages: z.array(
        z.object({ seconds: number, from: z.enum(['source', 'host']), length: number, octets: text }),
      ),
      packets: number,
      isCut: z.boolean(),
    }),
  ),
  why: nullable(text),
});
export const decisions = z.object({
  mode: nullable(text),
  paused: z.boolean(),
  scope: text,
  now: text,
  proposed: z.array(shownDecision),
  active: z.array(shownDecision),
  ended: z.array(shownDecision),
  trouble: nullable(text),
});
export const audit = z.object({
  ok: z.boolean(),
  summary: text,
  entries: number,
  faults: z.array(z.object({ sequence: number, message: text })),
  lines: z.array(z.object({ sequence: number, ts: text, event: text, message: text, hash: text })),
});
export const hosts = z.object({
  hosts: z.array(z.record(text, z.unknown())),
  topology: z.record(text, z.unknown()),
});
export const host = z.object({ address: text, texts: z.array(text), events: z.array(found) });
export const forecast = z.object({
  monitored: z.array(text),
  alarmed: nullable(
    z.object({ alarm: z.record(text, z.unknown()), nowSeconds: number, series: z.record(text, z.unknown()) }),
  ),
  reason: nullable(text),
});
export const growth = z.object({
  points: z.array(z.object({ seconds: number, sources: number })),
  monitored: number,
});
