/** How a log is made to lie, the places of the honest log where it can, and the check that each lie is found. */
import { expect, it } from 'vitest';
import { address, SCOPE_FILE } from '../respond-test-support.ts';
import { checkAudit } from './audit-check.ts';
import type { AuditEntry, AuditEvent } from './audit-fact.ts';
import { honest, rewritten, stateIn } from './audit-lies-test-support.ts';
import { readAuditLog } from './audit-log.ts';

export type Lie = (entries: readonly AuditEntry[]) => readonly AuditEntry[];

export type Pick = (entry: AuditEntry) => boolean;

export function at(event: AuditEvent, fields: object = {}): Pick {
  return (entry) =>
    entry.event === event &&
    Object.entries(fields).every(
      ([name, value]) => (entry as unknown as Record<string, unknown>)[name] === value,
    );
}

export function changed(entry: AuditEntry, fields: object): AuditEntry {
  return { ...entry, ...fields };
}

/** Replaces the first entry that is picked. */
export function first(pick: Pick, replace: (entry: AuditEntry) => readonly object[]): Lie {
  return (entries) => {
    const index = entries.findIndex(pick);
    if (index < 0) throw new Error('there is nothing to lie about');
    return [
      ...entries.slice(0, index),
      ...(replace(entries[index]!) as readonly AuditEntry[]),
      ...entries.slice(index + 1),
    ];
  };
}

export const altered = (pick: Pick, fields: object): Lie => first(pick, (entry) => [{ ...entry, ...fields }]);
export const shifted = (pick: Pick, name: string, seconds: number): Lie =>
  first(pick, (entry) => [
    { ...entry, [name]: (entry as unknown as Record<string, number>)[name]! + seconds },
  ]);
export const without = (pick: Pick): Lie => first(pick, () => []);
export const twice = (pick: Pick): Lie => first(pick, (entry) => [{ ...entry, more: false }, entry]);
export const before = (pick: Pick, fields: object): Lie =>
  first(pick, (entry) => [{ ...entry, more: false, ...fields }, entry]);
const ONE = { source: address('10.20.7.1') };
export const THREE = { source: address('10.20.7.3') };
export const ELSEWHERE = { source: address('10.20.9.9') };
export const scope = at('scope.load');
export const add = at('decision.add', ONE);
export const quarantine = at('decision.add', { ...ONE, action: 'quarantine' });
export const verdict = at('verdict.infected', ONE);
export const begin = at('response.begin', ONE);
export const done = at('response.done', ONE);
export const release = at('response.begin', { ...ONE, step: 'release' });
export const released = at('response.done', { ...ONE, step: 'release' });
export const fail = at('response.fail');
export const expire = at('decision.expire');
export const person = at('decision.approve', { by: 'ada' });
export const byScope = at('decision.approve', { by: 'scope' });
const [ACTION_1, ACTION_2] = SCOPE_FILE.actions as [object, object];
export const block: object = ACTION_1;
export const isolate: object = ACTION_2;

/** A lie, and what must be found: the event of the line, and the sentence of the rule that it breaks. */
export type LieFindings = readonly [lie: Lie, ...findings: readonly string[]];

/** Puts an entry in after the time of an act is over, and before the line that ends the act. */
export const overdue =
  (make: (entries: readonly AuditEntry[], expired: AuditEntry) => object): Lie =>
  (entries) => {
    const index = entries.findIndex(expire);
    const later = entries.map((entry) =>
      changed(entry, { timeSeconds: entry.timeSeconds + 1, uptimeSeconds: entry.uptimeSeconds + 1 }),
    );
    const { timeSeconds, uptimeSeconds } = later[index]!;
    const early = changed(entries[index]!, {
      ...make(entries, entries[index]!),
      timeSeconds,
      uptimeSeconds,
      more: false,
    });
    return [...entries.slice(0, index), early, ...later.slice(index)];
  };
export const OVERDUE = 'The act of decision … stayed in force beyond its time.';

/** Lies by what the log does, each with the faults that it must show. */
export type Lies = Readonly<Record<string, LieFindings>>;

/** The event and the sentence of each fault. */
export function findingsIn(entries: readonly AuditEntry[]): ReadonlySet<string> {
  const events = new Map(entries.map(({ sequence, event }) => [sequence, event]));
  return new Set(
    checkAudit(entries).faults.map(
      ({ sequence, message }) =>
        `${events.get(sequence)}: ${message.replace(/decision [0-9a-f-]{36}/, 'decision …')}`,
    ),
  );
}

/** Each lie is found by what the lines mean, though every hash is in order. */
export function itFinds(lies: Lies): void {
  // A hundred logs of a hundred lines, each hashed and checked.
  it('is found by what it means, though its hashes are in order', { timeout: 180_000 }, async () => {
    const entries = await honest();
    const [believed, broken]: [string[], string[]] = [[], []];
    for (const [name, [lie, ...findings]] of Object.entries(lies)) {
      const file = rewritten(lie(entries), stateIn(entries));
      // The chain must not be what shows it.
      const lied: AuditEntry[] = [];
      const reading = await readAuditLog(file.lines(0), (entry) => void lied.push(entry));
      if (!reading.ok || reading.torn) broken.push(`${name}: ${reading.ok ? 'torn' : reading.reason}`);
      const found = findingsIn(lied);
      believed.push(...findings.filter((each) => !found.has(each)).map((each) => `${name}: ${each}`));
    }
    expect({ believed, broken }).toEqual({ believed: [], broken: [] });
  });
}
