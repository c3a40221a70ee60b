// Logs that lie, each in another way, with every hash, identifier and sentence in order: only what the lines mean tells.
import { hexadecimal, sha256, utf8 } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../ledger.ts';
import { MemoryFile } from '../memory-file-test-support.ts';
import {
  address,
  cidr,
  forgedVerdictOn,
  NOON,
  SCOPE_FILE,
  scopeDocument,
  verdictOn,
} from '../respond-test-support.ts';
import type { Responder } from '../responder.ts';
import { Machine } from '../responder-test-support.ts';
import { checkAudit } from './audit-check.ts';
import type { AuditEntry, AuditEvent } from './audit-fact.ts';
import { entryOf, lineOf, readLine } from './audit-line.ts';
import { readAuditLog } from './audit-log.ts';

const LINK = '00:16:3e:00:00:03';
/** Set back by so much in the middle of it all. */
const SKEW = -1000;

async function live(machine: Machine, responder: Responder, untilSeconds: number): Promise<void> {
  for (; machine.clock.nowSeconds() < NOON + untilSeconds; machine.clock.advanceBy(20)) {
    expect(await responder.step()).toEqual({ ok: true });
  }
  await responder.step();
}

/** A life in which everything happens: approved, failed, undone, held, lost, lapsed, a clock that is set, a new segment. */
async function honest(): Promise<readonly AuditEntry[]> {
  const machine = new Machine();
  machine.document = scopeDocument({ ...SCOPE_FILE, actionsPerMinute: 3 });
  const responder = await machine.start();
  const waiting = (source: string): string => {
    const found = [...responder.ledger.live.values()].find(
      (each) => each.status === 'proposed' && each.source === address(source),
    );
    return found?.id ?? 'none';
  };
  responder.offer(verdictOn('10.20.7.1', { timeSeconds: NOON - 10 }));
  responder.offer(forgedVerdictOn('10.20.7.2'));
  await live(machine, responder, 20);
  await responder.approve(waiting('10.20.7.1'), 'ada');
  machine.firewall.troubles.push('refuse');
  responder.offer(verdictOn('10.20.7.3', { linkAddress: LINK, timeSeconds: NOON + 20 }));
  await live(machine, responder, 80);
  await responder.pause('ada', 'exams');
  const quarantine = [...responder.ledger.live.values()].find((each) => each.actuator === 'nac');
  await responder.undo(quarantine?.id ?? 'none', 'ada', 'a scanner of ours');
  await live(machine, responder, 120);
  await responder.resume('ada');
  const block = [...responder.ledger.live.values()].find((each) => each.source === address('10.20.7.1'));
  machine.firewall.inForce.delete(block?.id ?? 'none');
  await responder.reconcile();
  await live(machine, responder, 300);
  machine.file.segmentOctetsMax = 1;
  await responder.step();
  machine.file.segmentOctetsMax = Infinity;
  machine.skewSeconds = SKEW;
  await live(machine, responder, 4200);
  responder.offer(verdictOn('10.20.7.1', { id: 'again', timeSeconds: NOON + 4200 + SKEW }));
  responder.offer(verdictOn('10.20.7.4', { timeSeconds: NOON + 4200 + SKEW }));
  await live(machine, responder, 4240);
  await responder.approve(waiting('10.20.7.1'), 'bob');
  await live(machine, responder, 9000);
  return machine.entries();
}

/** Writes the entries anew: every line in its place, with the hash of the one before, and snapshots that fit `honestState`. */
function rewritten(entries: readonly AuditEntry[], honestState: string): MemoryFile {
  const file = new MemoryFile();
  const ledger = new Ledger();
  let previous = '0'.repeat(64);
  let offset = 0;
  for (const [index, entry] of entries.entries()) {
    const { timeSeconds, uptimeSeconds, sensor, more } = entry;
    const place = { sequence: index + 1, timeSeconds, uptimeSeconds, sensor, more, previous };
    const line = lineOf(entryOf(fitted(entry, ledger, { offset, honestState }), place));
    const reading = readLine(line);
    if (reading.ok) ledger.record(reading.value);
    previous = hexadecimal(sha256(utf8(line)));
    file.text += `${line}\n`;
    offset += utf8(line).length + 1;
  }
  return file;
}

/** Who lies about a line before a snapshot writes the snapshot anew; who lies about the snapshot does not. */
function fitted(
  entry: AuditEntry,
  ledger: Ledger,
  { offset, honestState }: { readonly offset: number; readonly honestState: string },
): AuditEntry {
  if (entry.event !== 'log.snapshot') return entry;
  return { ...entry, offset, state: entry.state === honestState ? ledger.state() : entry.state };
}

function stateIn(entries: readonly AuditEntry[]): string {
  const found = entries.find(({ event }) => event === 'log.snapshot');
  return found?.event === 'log.snapshot' ? found.state : '';
}

async function read(file: MemoryFile): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const reading = await readAuditLog(file.lines(0), (entry) => void entries.push(entry));
  expect(reading).toMatchObject({ ok: true, torn: false });
  return entries;
}

type Lie = (entries: readonly AuditEntry[]) => readonly AuditEntry[];

type Pick = (entry: AuditEntry) => boolean;

function at(event: AuditEvent, fields: object = {}): Pick {
  return (entry) =>
    entry.event === event &&
    Object.entries(fields).every(
      ([name, value]) => (entry as unknown as Record<string, unknown>)[name] === value,
    );
}

function changed(entry: AuditEntry, fields: object): AuditEntry {
  return { ...entry, ...fields };
}

/** Replaces the first entry that is picked. */
function first(pick: Pick, replace: (entry: AuditEntry) => readonly object[]): Lie {
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

const altered = (pick: Pick, fields: object): Lie => first(pick, (entry) => [{ ...entry, ...fields }]);
const shifted = (pick: Pick, name: string, seconds: number): Lie =>
  first(pick, (entry) => [
    { ...entry, [name]: (entry as unknown as Record<string, number>)[name]! + seconds },
  ]);
const without = (pick: Pick): Lie => first(pick, () => []);
const twice = (pick: Pick): Lie => first(pick, (entry) => [{ ...entry, more: false }, entry]);
const before = (pick: Pick, fields: object): Lie =>
  first(pick, (entry) => [{ ...entry, more: false, ...fields }, entry]);
const ONE = { source: address('10.20.7.1') };
const THREE = { source: address('10.20.7.3') };
const ELSEWHERE = { source: address('10.20.9.9') };
const scope = at('scope.load');
const add = at('decision.add', ONE);
const quarantine = at('decision.add', { ...ONE, action: 'quarantine' });
const verdict = at('verdict.infected', ONE);
const begin = at('response.begin', ONE);
const done = at('response.done', ONE);
const release = at('response.begin', { ...ONE, step: 'release' });
const released = at('response.done', { ...ONE, step: 'release' });
const fail = at('response.fail');
const expire = at('decision.expire');
const person = at('decision.approve', { by: 'ada' });
const byScope = at('decision.approve', { by: 'scope' });
const [block, isolate] = SCOPE_FILE.actions as [object, object];

const LIES: Readonly<Record<string, Lie>> = {
  // What the owner allowed.
  'acts outside the prefixes': altered(scope, { prefixes: [cidr('10.21.0.0/16')] }),
  'acts on a host that the scope protects': altered(scope, { protectedPrefixes: [cidr('10.20.7.0/24')] }),
  'acts on an address of the machine': before(verdict, {
    event: 'respond.protect',
    prefixes: [cidr('10.20.7.1/32')],
  }),
  'acts in a scope that allows nothing': altered(scope, { actions: [] }),
  'acts with an action that is not allowed': altered(scope, { actions: [isolate] }),
  'quarantines where only blocks are allowed': altered(scope, { actions: [block] }),
  'acts with another actuator': altered(scope, { actions: [{ ...block, actuator: 'other' }, isolate] }),
  'acts for longer than the scope says': altered(scope, { actions: [{ ...block, ttlSeconds: 60 }, isolate] }),
  'acts for shorter than the scope says': altered(scope, {
    actions: [{ ...block, ttlSeconds: 7000 }, isolate],
  }),
  'acts without the person whom the scope asks for': altered(scope, {
    actions: [{ ...block, approval: 'required' }, isolate],
  }),
  'asks a person where the scope asks for none': altered(scope, {
    actions: [block, { ...isolate, approval: 'automatic' }],
  }),
  'acts in a scope that has expired': altered(scope, { expiresSeconds: NOON + 1 }),
  'acts in a scope that lasts for years': altered(scope, { expiresSeconds: NOON + 800 * 86_400 }),
  'acts for longer than the scope lasts': altered(scope, { expiresSeconds: NOON + 3000 }),
  'acts in a scope that covers more than it says': altered(scope, { addressesMax: 100 }),
  'counts the addresses of the scope wrongly': altered(scope, { addresses: 65_535 }),
  'acts in a scope wider than a /8': altered(scope, { prefixes: [cidr('0.0.0.0/0')], addresses: 2 ** 32 }),
  'acts in a scope of nobody': altered(scope, { owner: ' ' }),
  'acts in a scope without anybody to ask': altered(scope, { contact: 'nobody' }),
  'acts in a scope with a limit of none': altered(scope, { actionsPerMinute: 0 }),
  'acts more often in a minute than allowed': altered(scope, { actionsPerMinute: 1 }),
  'acts on more hosts at a time than allowed': altered(scope, { activeActionsMax: 1 }),
  'acts in a scope for verdicts of any age': altered(scope, { verdictAgeMaxSeconds: 10 ** 7 }),
  'acts on verdicts that are too old for the scope': altered(scope, { verdictAgeMaxSeconds: 5 }),
  'acts without a scope': without(scope),
  'acts after the scope was refused': before(begin, { event: 'scope.refuse', code: 'missing', reason: 'x' }),
  'allows an action for ever': altered(scope, { actions: [{ ...block, ttlSeconds: 10 ** 8 }, isolate] }),
  'allows an action twice': altered(scope, { actions: [block, isolate, block] }),
  // Verdicts.
  'acts on what can be forged': altered(verdict, { unforgeable: false }),
  'acts on datagrams': altered(verdict, { protocol: 'udp' }),
  'acts on pings': altered(verdict, { protocol: 'icmp' }),
  'acts on a verdict about another host': altered(verdict, ELSEWHERE),
  'acts on a verdict about another machine at that address': altered(at('verdict.infected', THREE), {
    linkAddress: '00:16:3e:00:00:04',
  }),
  'acts on a verdict that was given at another time': shifted(verdict, 'observedSeconds', 5),
  'acts on a verdict of yesterday': (entries) =>
    shifted(add, 'judgedSeconds', -86_400)(shifted(verdict, 'observedSeconds', -86_400)(entries)),
  'acts on a verdict of tomorrow': (entries) =>
    shifted(add, 'judgedSeconds', 86_400)(shifted(verdict, 'observedSeconds', 86_400)(entries)),
  'observes a host before it began to scan': shifted(verdict, 'sinceSeconds', 1000),
  'acts without a verdict': without(verdict),
  'acts on a verdict of another name': altered(verdict, { verdict: 'another' }),
  'gives a verdict without an answer': altered(at('verdict.infected', { source: address('10.20.7.2') }), {
    more: false,
  }),
  'refuses a verdict that nobody gave': altered(at('decision.none'), { verdict: 'unheard' }),
  'refuses a verdict about another host': altered(at('decision.none'), ELSEWHERE),
  'suppresses no verdicts': before(verdict, { event: 'verdict.suppress', count: 0, forgeable: 0 }),
  'suppresses more forged verdicts than verdicts': before(verdict, {
    event: 'verdict.suppress',
    count: 1,
    forgeable: 2,
  }),
  // Decisions.
  'acts without a decision': without(add),
  'decides twice': twice(add),
  'decides about another host than the verdict': altered(add, ELSEWHERE),
  'decides about a host out of scope': altered(add, { source: address('192.0.2.1') }),
  'decides on another verdict': altered(add, { verdict: 'another' }),
  'decides on a verdict of another time': shifted(add, 'judgedSeconds', 1),
  'decides without the link address': altered(at('decision.add', THREE), { linkAddress: '' }),
  'decides on an action that the scope lacks': altered(add, { action: 'patch' }),
  'decides on an actuator that the scope lacks': altered(add, { actuator: 'other' }),
  'decides for longer': altered(add, { ttlSeconds: 7200 }),
  'decides for shorter': altered(add, { ttlSeconds: 60 }),
  'decides to wait for longer than the verdict lasts': shifted(quarantine, 'lapsesSeconds', 3600),
  'decides that no person is asked': altered(quarantine, { approval: 'automatic' }),
  'decides that a person is asked': altered(add, { approval: 'required' }),
  'decides for a dry run and acts': altered(add, { dryRun: true }),
  'decides the same again while it is in force': (entries) => {
    const made = entries.find(add)!;
    const { timeSeconds, uptimeSeconds } = entries.find(at('respond.pause'))!;
    const again = before(at('respond.pause'), {
      ...made,
      decision: 'another',
      timeSeconds,
      uptimeSeconds,
      more: false,
    });
    return again(entries);
  },
  'acts on a decision that had lapsed': (entries) => altered(add, { lapsesSeconds: NOON - 1 })(entries),
  // Approval.
  'acts though nobody approved': without(byScope),
  'acts though no person approved': without(person),
  'approves for a person': altered(person, { by: 'scope' }),
  'approves in the name of nobody': altered(person, { by: ' ' }),
  'approves twice': twice(person),
  'approves for another host': altered(person, ELSEWHERE),
  'approves for a person who had ended such an action': altered(at('decision.approve', { by: 'bob' }), {
    by: 'scope',
  }),
  // Acts.
  'begins another act': altered(begin, { key: 'another' }),
  'begins on another host': altered(begin, ELSEWHERE),
  'begins in a dry run what was decided to be done': altered(begin, { dryRun: true }),
  'begins for longer': shifted(begin, 'expiresSeconds', 60),
  'moves the end of an act when it is tried again': shifted(
    at('response.begin', { ...THREE, attempt: 2 }),
    'expiresSeconds',
    60,
  ),
  'moves the end of an act that was lost': (entries) => {
    const lost = entries.findIndex(at('response.lost'));
    const tail = shifted(begin, 'expiresSeconds', 60)(entries.slice(lost));
    return [...entries.slice(0, lost), ...tail];
  },
  'counts attempts wrongly': altered(begin, { attempt: 2 }),
  'has a command about another host': altered(begin, { command: 'apply 10.20.7.11 - with border-firewall' }),
  'has a command without the link address': altered(at('response.begin', THREE), {
    command: 'apply 10.20.7.3 - with border-firewall',
  }),
  'does what was not begun': without(begin),
  'begins what is in force': first(done, (entry) => [
    entry,
    {
      ...entry,
      event: 'response.begin',
      attempt: 1,
      expiresSeconds: NOON + 3600,
      dryRun: false,
      command: 'apply 10.20.7.1',
    },
  ]),
  'does it twice': twice(done),
  'does another step than was begun': altered(done, { step: 'release' }),
  'does another act than was begun': altered(done, { key: 'another' }),
  'does it on another host': altered(done, ELSEWHERE),
  'finds done what was never begun': (entries) => without(begin)(altered(done, { found: true })(entries)),
  'acts during a pause': before(begin, { event: 'respond.pause', by: 'ada', reason: 'x' }),
  'hides that a pause was over': without(at('respond.resume')),
  'acts in a dry run': altered(at('respond.start'), { mode: 'dryRun' }),
  'acts after it had become a dry run': before(begin, { event: 'respond.start', mode: 'dryRun' }),
  'loses what was not in force': before(begin, { event: 'response.lost', step: 'apply', reason: 'x' }),
  'applies again what was not lost': without(at('response.lost')),
  // Failures.
  'hides a failure': without(fail),
  'counts failures wrongly': altered(fail, { attempt: 3 }),
  'tries again before the time it set': shifted(fail, 'retrySeconds', 500),
  'sets a time for the next attempt in the past': shifted(fail, 'retrySeconds', -500),
  'gives up and goes on': altered(fail, { final: true }),
  'gives up a release': first(released, (entry) => [
    {
      ...entry,
      event: 'response.fail',
      attempt: 1,
      reason: 'x',
      final: true,
      retrySeconds: entry.timeSeconds,
    },
  ]),
  // Ends.
  'leaves an act in force beyond its time': without(expire),
  'ends an act before its time': (entries) => {
    const end = entries.find(expire)!;
    return before(at('respond.pause'), {
      ...end,
      timeSeconds: entries.find(at('respond.pause'))!.timeSeconds,
      uptimeSeconds: entries.find(at('respond.pause'))!.uptimeSeconds,
      more: false,
    })(entries);
  },
  'ends an act twice': twice(expire),
  'releases without a reason': without(at('decision.undo')),
  'releases what was not begun': (entries) => without(begin)(without(done)(entries)),
  'undoes what nobody decided': altered(at('decision.undo'), { decision: 'another' }),
  'undoes twice': twice(at('decision.undo')),
  'releases another act': altered(release, { key: 'another' }),
  'voids a decision that was carried out': first(done, (entry) => [
    entry,
    { ...entry, event: 'decision.refuse', code: 'no-scope', reason: 'x' },
  ]),
  'lets a decision lapse before its time': before(begin, { event: 'decision.lapse' }),
  'goes on with a decision that has ended': first(released, (entry) => [entry, entry]),
  'begins another act before a release that is due': (entries) => {
    const [from, to] = [entries.findIndex(release), entries.findIndex(released)];
    const rest = [...entries.slice(0, from), ...entries.slice(to + 1)];
    const next = rest.findIndex(
      (entry, index) => index > from && at('response.begin', { step: 'apply' })(entry),
    );
    const then = { timeSeconds: rest[next]!.timeSeconds, uptimeSeconds: rest[next]!.uptimeSeconds };
    const late = [entries[from]!, entries[to]!].map((entry) => changed(entry, then));
    return [...rest.slice(0, next + 1), ...late, ...rest.slice(next + 1)];
  },
  // The clock.
  'begins without the start of the machine': without(at('clock.boot')),
  'starts the machine twice as the same': before(begin, { event: 'clock.boot', boot: 'boot-1' }),
  'has time run faster than the machine': (entries) => {
    const index = entries.findIndex(at('respond.pause'));
    const later = (entry: AuditEntry): AuditEntry => ({ ...entry, timeSeconds: entry.timeSeconds + 100 });
    return [...entries.slice(0, index), ...entries.slice(index).map(later)];
  },
  'has the machine run backwards': shifted(at('respond.pause'), 'uptimeSeconds', -60),
  'hides that the clock was set': (entries) =>
    without(at('clock.set'))(entries).map((entry, index) =>
      index < entries.findIndex(at('clock.set'))
        ? entry
        : changed(entry, { timeSeconds: entry.timeSeconds + 2000 }),
    ),
  'sets a clock that showed another time': shifted(at('clock.set'), 'fromSeconds', 60),
  'sets the clock by nothing': first(at('respond.pause'), (entry) => [
    { ...entry, event: 'clock.set', fromSeconds: entry.timeSeconds, isElapsedKnown: true },
    entry,
  ]),
  'sets the clock while the machine was off, which was on': altered(at('clock.set'), {
    isElapsedKnown: false,
  }),
  // Snapshots and lines.
  'begins a segment with another state': first(at('log.snapshot'), (entry) => [
    {
      ...entry,
      state: (entry as { state: string } & AuditEntry).state.replace('"paused":false', '"paused":true'),
    },
  ]),
  'begins a segment without what is in force': first(at('log.snapshot'), (entry) => [
    {
      ...entry,
      state: (entry as { state: string } & AuditEntry).state.replace(
        /"live":\[.*?\],"ended"/,
        '"live":[],"ended"',
      ),
    },
  ]),
  'begins a segment of another log': altered(at('log.snapshot'), {
    log: '00000000-0000-7000-8000-000000000009',
  }),
};

describe('a log that lies', () => {
  it('is told from the honest one, in which there is nothing to find', async () => {
    const entries = await honest();
    const events = new Set(entries.map(({ event }) => event));
    for (const event of [
      'response.lost',
      'response.fail',
      'clock.set',
      'log.snapshot',
      'decision.undo',
      'decision.lapse',
    ]) {
      expect(events).toContain(event);
    }
    const again = await read(rewritten(entries, stateIn(entries)));
    expect(again.map(lineOf)).toEqual(entries.map(lineOf));
    expect(checkAudit(again)).toMatchObject({ faults: [], open: [] });
    expect(Object.keys(LIES).length).toBeGreaterThanOrEqual(100);
  });

  it('is found by what it means, though its hashes are in order', async () => {
    const entries = await honest();
    const [believed, broken]: [string[], string[]] = [[], []];
    for (const [name, lie] of Object.entries(LIES)) {
      const file = rewritten(lie(entries), stateIn(entries));
      // The chain must not be what tells.
      const lied: AuditEntry[] = [];
      const reading = await readAuditLog(file.lines(0), (entry) => void lied.push(entry));
      if (!reading.ok || reading.torn) broken.push(`${name}: ${reading.ok ? 'torn' : reading.reason}`);
      else if (checkAudit(lied).faults.length === 0) believed.push(name);
    }
    expect({ believed, broken }).toEqual({ believed: [], broken: [] });
  });

  it('is found by a sentence or an identifier that is not its own', async () => {
    const entries = await honest();
    for (const change of [
      (line: string): string => line.replace('exams', 'holidays').replace('exams', 'exams'),
      (line: string): string => line.replace(/"message":"[^"]*"/, '"message":"Nothing happened."'),
      (line: string): string =>
        line.replace(/"id":"./, (start) => (start.endsWith('0') ? '"id":"1' : '"id":"0')),
      (line: string): string => line.replace('"reason":"', '"reason":"\u202e'),
    ]) {
      const paused = entries.find(at('respond.pause'))!;
      const reading = readLine(change(lineOf(paused)));
      if (!reading.ok) throw new Error(reading.reason);
      const { faults } = checkAudit(entries.map((entry) => (entry === paused ? reading.value : entry)));
      expect(faults).not.toEqual([]);
    }
  });
});
