/** The shapes of what is asked: requests are checked by them. Those of the answers are in `interface/answers.ts`. */
import { z } from 'zod';

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
export const addressPath = z.object({ address: z.union([z.ipv4(), z.ipv6()]) });
export const sessionPath = z.object({ id: z.uuid() });
export const decisionPath = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f-]{4,64}$/)
    .max(ID_LENGTH_MAX),
});
export const nothing = z.object({});
export const reasonBody = z.object({ reason });
