/** Differences from the kernel that are right: which cases, and why a host of another system answers so, or an RFC wants it. */

export interface Accepted {
  /** Cases by their whole name, or by a prefix that ends in a star. */
  readonly cases: readonly string[];
  readonly reason: string;
}

const accepted: readonly Accepted[] = [];

/** The reason why a case may differ; null where there is none. */
export function reasonOf(name: string): string | null {
  const found = accepted.find(({ cases }) =>
    cases.some((words) => (words.endsWith('*') ? name.startsWith(words.slice(0, -1)) : name === words)),
  );
  return found?.reason ?? null;
}
