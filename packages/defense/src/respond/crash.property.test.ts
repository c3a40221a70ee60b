/**
 * The machine is stopped at every single operation on disk and firewall, before and after it took effect, in many random
 * histories; each time with the unsynced end of the log kept, lost or torn. What really happened is judged by the
 * bystander of the actuators, which are not idempotent here; what the log says, by the checker that knows only the log.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAudit } from './audit/audit-check.ts';
import type { ResponseMode } from './audit/audit-fact.ts';
import { Fate, Stop, type Unsynced } from './memory-file-test-support.ts';
import { cidr, forgedVerdictOn, NOON, SCOPE_FILE, scopeDocument, verdictOn } from './respond-test-support.ts';
import type { Responder } from './responder.ts';
import { type Act, Machine, runUntil } from './responder-test-support.ts';

/** One thing that happens to a machine; each may be repeated after a crash, as somebody without an answer would. */
type Move =
  | { readonly kind: 'verdict' | 'forged'; readonly host: number }
  | { readonly kind: 'approve' | 'undo'; readonly host: number }
  | { readonly kind: 'pause' | 'resume' | 'narrow' | 'widen' | 'delete' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'trouble'; readonly trouble: 'refuse' | 'silent' }
  | { readonly kind: 'restart'; readonly mode: ResponseMode };

const host = fc.integer({ min: 0, max: 3 });
const calmMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('verdict'), host }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('forged'), host }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('approve', 'undo'), host }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume', 'narrow', 'widen', 'delete') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.constantFrom(30, 100, 4000) }) },
);
const roughMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: calmMove },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('trouble'), trouble: fc.constantFrom('refuse', 'silent') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('restart'), mode: fc.constantFrom('dryRun', 'act') }),
  },
);

/** Three hosts that may be acted on and one that is protected. */
const HOSTS = ['10.20.7.1', '10.20.7.2', '10.20.7.200', '10.20.53.7'];
const FILE = { ...SCOPE_FILE, actionsPerMinute: 2 };
const NARROW = scopeDocument({
  ...FILE,
  protectedPrefixes: [...FILE.protectedPrefixes, cidr('10.20.7.0/25')],
});

async function make(move: Move, startSeconds: number, machine: Machine, responder: Responder): Promise<void> {
  if (move.kind === 'verdict') responder.offer(verdictOn(HOSTS[move.host]!));
  if (move.kind === 'forged') responder.offer(forgedVerdictOn(HOSTS[move.host]!));
  if (move.kind === 'approve' || move.kind === 'undo') {
    const verdict = `verdict-${HOSTS[move.host]}`;
    for (const decision of responder.ledger.live.values()) {
      if (decision.verdict !== verdict) continue;
      await (move.kind === 'approve'
        ? responder.approve(decision.id, 'ada')
        : responder.undo(decision.id, 'ada', 'x'));
    }
  }
  if (move.kind === 'pause') await responder.pause('ada', 'x');
  if (move.kind === 'resume') await responder.resume('ada');
  if (move.kind === 'narrow') machine.document = NARROW;
  if (move.kind === 'widen') machine.document = scopeDocument(FILE);
  if (move.kind === 'delete') machine.document = { octets: null, signature: null };
  await runUntil(machine, responder, startSeconds + (move.kind === 'wait' ? move.seconds : 0));
}

interface Life {
  readonly machine: Machine;
  /** Operations of the machine until it stopped, or in all. */
  readonly operations: number;
  /** Whether there was unsynced text when it first stopped. */
  readonly wasLoose: boolean;
}

/** Lives through a history on a machine that stops after so many operations, each time anew, until all of it is past. */
async function live(history: readonly Move[], stops: readonly number[], unsynced: Unsynced): Promise<Life> {
  const machine = new Machine();
  machine.document = scopeDocument(FILE);
  const fates = stops.map((stop) => new Fate(stop));
  const firstFate = fates.shift() ?? new Fate();
  machine.setFate(firstFate);
  let responder: Responder | undefined;
  let mode: ResponseMode = 'act';
  let past = 0;
  let startSeconds = NOON;
  let wasLoose: boolean | undefined;
  while (past <= history.length) {
    try {
      const move = history[past];
      if (move?.kind === 'restart' && move.mode !== mode) {
        mode = move.mode;
        responder = undefined;
      }
      responder ??= await machine.start({ mode });
      if (move?.kind === 'trouble') machine.firewall.troubles.push(move.trouble);
      else if (move !== undefined) await make(move, startSeconds, machine, responder);
      // Then all that was begun comes to its end.
      else await runUntil(machine, responder, startSeconds + 100_000);
      past++;
      startSeconds = machine.clock.nowSeconds();
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      wasLoose ??= machine.file.isLoose;
      machine.restart(unsynced, fates.shift() ?? new Fate());
      responder = undefined;
    }
  }
  machine.setFate(new Fate());
  return { machine, operations: firstFate.count, wasLoose: wasLoose ?? false };
}

/** Every key was applied at most once, released exactly once after it, and in time; and the log says the same. */
async function judge(machine: Machine): Promise<readonly Act[]> {
  const entries = await machine.entries();
  const findings = checkAudit(entries);
  expect(findings.faults).toEqual([]);
  expect(findings.open).toEqual([]);
  const { acts } = machine;
  const steps = new Map<string, string[]>();
  for (const { key, step } of acts) steps.set(key, [...(steps.get(key) ?? []), step]);
  for (const each of steps.values()) expect(each).toEqual(['apply', 'release']);
  expect(machine.firewall.inForce.size + machine.nac.inForce.size).toBe(0);

  const begun = (act: Act): boolean =>
    entries.some(
      (entry) =>
        entry.event === 'response.begin' &&
        entry.key === act.key &&
        entry.step === act.step &&
        entry.timeSeconds <= act.timeSeconds,
    );
  expect(acts.filter((act) => !begun(act))).toEqual([]);
  for (const { decision, dryRun } of entries.filter((entry) => entry.event === 'decision.add')) {
    if (dryRun) {
      expect(steps.has(decision)).toBe(false);
      continue;
    }
    const done = entries.some(
      (entry) => entry.event === 'response.done' && entry.step === 'apply' && entry.key === decision,
    );
    // An act whose end nobody saw, and that was undone before it was asked about, has no line that says it was done.
    if (done) expect(steps.has(decision)).toBe(true);
  }
  return acts;
}

function summaryOf(acts: readonly Act[]): readonly string[] {
  return acts.map(({ step, source, timeSeconds }) => `${timeSeconds - NOON} ${step} ${source}`).sort();
}

const UNSYNCED: readonly Unsynced[] = ['kept', 'lost', 'torn'];

/** Everything that a history can hold, in an order in which all of it matters. */
const RICH: readonly Move[] = [
  { kind: 'verdict', host: 0 },
  { kind: 'approve', host: 0 },
  { kind: 'pause' },
  { kind: 'verdict', host: 1 },
  { kind: 'undo', host: 0 },
  { kind: 'resume' },
  { kind: 'wait', seconds: 100 },
  { kind: 'narrow' },
];

/** Stops a machine at every operation of a history, with every fate of its unsynced text. */
async function doesTheSame(history: readonly Move[]): Promise<readonly string[]> {
  const whole = await live(history, [], 'kept');
  const expected = summaryOf(await judge(whole.machine));
  const check = async (stop: number, unsynced: Unsynced): Promise<boolean> => {
    const { machine, wasLoose } = await live(history, [stop], unsynced);
    expect(summaryOf(await judge(machine))).toEqual(expected);
    return wasLoose;
  };
  for (let stop = 0; stop < whole.operations; stop++) {
    if (!(await check(stop, 'kept'))) continue;
    await check(stop, 'lost');
    await check(stop, 'torn');
  }
  return expected;
}

describe('a machine stopped at any operation', () => {
  it('does the same as one that is never stopped, at the same times', async () => {
    expect(await doesTheSame(RICH)).toHaveLength(6);
  });

  it('does so in any history', async () => {
    const histories = fc.array(calmMove, { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(histories, async (history) => void (await doesTheSame(history))),
      { numRuns: 3 },
    );
  });

  it('loses and doubles nothing when it is stopped again while it recovers, and actuators fail', async () => {
    const stops = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 });
    const histories = fc.array(roughMove, { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(histories, stops, fc.constantFrom(...UNSYNCED), async (history, more, unsynced) => {
        const { operations } = await live(history, [], unsynced);
        for (let stop = more[0]! % 7; stop < operations; stop += 7) {
          const { machine } = await live(history, [stop, ...more], unsynced);
          await judge(machine);
        }
      }),
      { numRuns: 10 },
    );
  });
});
