/** What answers at the ports of both hosts: `servers.mjs` says the same for the kernel. */
export const port = {
  closed: 1,
  echo: 7,
  /** Reads all, says nothing, ends when the client does. */
  sink: 9,
  /** The same without ever ending its side. */
  mute: 10,
  /** Says twenty octets, then reads. */
  hello: 13,
  /** Says a hundred thousand octets, then reads. */
  flood: 19,
  /** Says three thousand octets and ends its side. */
  page: 20,
  /** Says two million octets and ends its side. */
  file: 21,
  /** Says three hundred thousand octets and ends its side. */
  part: 22,
  /** Says five thousand octets and ends its side when the first octets come. */
  question: 79,
  /** Ends its side at once and goes on reading. */
  half: 95,
  /** Resets when the first octets come. */
  resetOnData: 96,
  /** Resets at once. */
  reset: 97,
  /** Reads nothing for a second and a half, then all. */
  late: 98,
  /** Never reads. */
  deaf: 99,
} as const;

export const sizes = {
  hello: 20,
  flood: 100_000,
  page: 3000,
  file: 2_000_000,
  part: 300_000,
  question: 5000,
  lateMs: 1500,
} as const;
