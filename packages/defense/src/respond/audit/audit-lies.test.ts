// Logs that lie, each in another way, with every hash, identifier and sentence in order: only what the lines mean tells.
import { describe, expect, it } from 'vitest';
import { address, cidr, NOON, SCOPE_FILE } from '../respond-test-support.ts';
import { checkAudit } from './audit-check.ts';
import type { AuditEntry, AuditEvent } from './audit-fact.ts';
import { honest, read, rewritten, stateIn } from './audit-lies-test-support.ts';
import { lineOf, readLine } from './audit-line.ts';
import { readAuditLog } from './audit-log.ts';

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

/** A lie, and what must be found: the event of the line, and the sentence of the rule that it breaks. */
type Told = readonly [lie: Lie, ...findings: readonly string[]];

/** Puts an entry in after the time of an act is over, and before the line that ends the act. */
const overdue =
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
const OVERDUE = 'The act of decision … stayed in force beyond its time.';

const LIES: Readonly<Record<string, Told>> = {
  // What the owner allowed.
  'acts outside the prefixes': [
    altered(scope, { prefixes: [cidr('10.21.0.0/16')] }),
    'decision.add: The host is outside the scope.',
    'response.begin: The host is outside the scope.',
  ],
  'acts on a host that the scope protects': [
    altered(scope, { protectedPrefixes: [cidr('10.20.7.0/24')] }),
    'decision.add: The host is protected.',
    'response.begin: The host is protected.',
  ],
  'acts on an address of the machine': [
    before(verdict, {
      event: 'respond.protect',
      prefixes: [cidr('10.20.7.1/32')],
    }),
    'decision.add: The host is protected.',
    'response.begin: The host is protected.',
  ],
  'acts in a scope that allows nothing': [
    altered(scope, { actions: [] }),
    'scope.load: The scope allows no action.',
    'decision.approve: The scope asks a person to approve.',
  ],
  'acts with an action that is not allowed': [
    altered(scope, { actions: [isolate] }),
    'response.begin: The scope does not allow this action with this actuator.',
  ],
  'quarantines where only blocks are allowed': [
    altered(scope, { actions: [block] }),
    'response.begin: The scope does not allow this action with this actuator.',
  ],
  'acts with another actuator': [
    altered(scope, { actions: [{ ...block, actuator: 'other' }, isolate] }),
    'response.begin: The scope does not allow this action with this actuator.',
  ],
  'acts for longer than the scope says': [
    altered(scope, { actions: [{ ...block, ttlSeconds: 60 }, isolate] }),
    'decision.add: The scope has another time for this action.',
  ],
  'acts for shorter than the scope says': [
    altered(scope, {
      actions: [{ ...block, ttlSeconds: 7000 }, isolate],
    }),
    'decision.add: The scope has another time for this action.',
  ],
  'acts without the person whom the scope asks for': [
    altered(scope, {
      actions: [{ ...block, approval: 'required' }, isolate],
    }),
    'decision.approve: The scope asks a person to approve.',
    'response.begin: The scope asks a person to approve.',
  ],
  'asks a person where the scope asks for none': [
    altered(scope, {
      actions: [block, { ...isolate, approval: 'automatic' }],
    }),
    'decision.add: The scope asks for another approval.',
  ],
  'acts in a scope that has expired': [
    altered(scope, { expiresSeconds: NOON + 1 }),
    'response.begin: The scope had expired.',
  ],
  'acts in a scope that lasts for years': [
    altered(scope, { expiresSeconds: NOON + 800 * 86_400 }),
    'scope.load: The scope expires more than a year from now.',
  ],
  'acts for longer than the scope lasts': [
    altered(scope, { expiresSeconds: NOON + 3000 }),
    'response.begin: It does not end in time.',
  ],
  'acts in a scope that covers more than it says': [
    altered(scope, { addressesMax: 100 }),
    'scope.load: The prefixes cover 65536 addresses, more than the 100 that `addressesMax` states.',
  ],
  'counts the addresses of the scope wrongly': [
    altered(scope, { addresses: 65_535 }),
    'scope.load: Its prefixes cover another number of addresses.',
  ],
  'acts in a scope wider than a /8': [
    altered(scope, { prefixes: [cidr('0.0.0.0/0')], addresses: 2 ** 32 }),
    'scope.load: 0.0.0.0/0 is wider than a /8.',
  ],
  'acts in a scope of nobody': [altered(scope, { owner: ' ' }), 'scope.load: " " is no owner.'],
  'acts in a scope without anybody to ask': [
    altered(scope, { contact: 'nobody' }),
    'scope.load: "nobody" is no mail address.',
  ],
  'acts in a scope with a limit of none': [
    altered(scope, { actionsPerMinute: 0 }),
    'scope.load: `actionsPerMinute` cannot be 0.',
  ],
  'acts more often in a minute than allowed': [
    altered(scope, { actionsPerMinute: 1 }),
    'response.begin: Too many acts in a minute.',
  ],
  'acts on more hosts at a time than allowed': [
    altered(scope, { activeActionsMax: 1 }),
    'response.begin: Too many acts at the same time.',
  ],
  'acts in a scope for verdicts of any age': [
    altered(scope, { verdictAgeMaxSeconds: 10 ** 7 }),
    'scope.load: Verdicts of this age are about whoever had the address then.',
  ],
  'acts on verdicts that are too old for the scope': [
    altered(scope, { verdictAgeMaxSeconds: 5 }),
    'decision.add: The verdict was too old.',
    'response.begin: The verdict was too old.',
  ],
  'acts without a scope': [
    without(scope),
    'decision.add: No scope was in force.',
    'response.begin: No scope was in force.',
  ],
  'acts after the scope was refused': [
    before(begin, { event: 'scope.refuse', code: 'missing', reason: 'x' }),
    'response.begin: No scope was in force.',
  ],
  'allows an action for ever': [
    altered(scope, { actions: [{ ...block, ttlSeconds: 10 ** 8 }, isolate] }),
    'scope.load: This action does not end in time.',
  ],
  'allows an action twice': [
    altered(scope, { actions: [block, isolate, block] }),
    'scope.load: block with border-firewall is allowed twice.',
  ],
  // Verdicts.
  'acts on what can be forged': [
    altered(verdict, { unforgeable: false }),
    'response.begin: The verdict could be forged.',
  ],
  'acts on datagrams': [
    altered(verdict, { protocol: 'udp' }),
    'response.begin: The verdict could be forged.',
  ],
  'acts on pings': [altered(verdict, { protocol: 'icmp' }), 'response.begin: The verdict could be forged.'],
  'acts on a verdict about another host': [
    altered(verdict, ELSEWHERE),
    'decision.add: There was no such verdict about this host.',
  ],
  'acts on a verdict about another machine at that address': [
    altered(at('verdict.infected', THREE), {
      linkAddress: '00:16:3e:00:00:04',
    }),
    'decision.add: There was no such verdict about this host.',
  ],
  'acts on a verdict that was given at another time': [
    shifted(verdict, 'observedSeconds', 5),
    'decision.add: There was no such verdict about this host.',
  ],
  'acts on a verdict of yesterday': [
    (entries) =>
      shifted(add, 'judgedSeconds', -86_400)(shifted(verdict, 'observedSeconds', -86_400)(entries)),
    'decision.add: The verdict was too old.',
    'response.begin: The verdict was too old.',
  ],
  'acts on a verdict of tomorrow': [
    (entries) => shifted(add, 'judgedSeconds', 86_400)(shifted(verdict, 'observedSeconds', 86_400)(entries)),
    'decision.add: The verdict came from the future.',
    'response.begin: The verdict came from the future.',
  ],
  'observes a host before it began to scan': [
    shifted(verdict, 'sinceSeconds', 1000),
    'verdict.infected: It was observed before it began.',
  ],
  'acts without a verdict': [without(verdict), 'decision.add: There was no such verdict about this host.'],
  'acts on a verdict of another name': [
    altered(verdict, { verdict: 'another' }),
    'decision.add: There was no such verdict about this host.',
  ],
  'gives a verdict without an answer': [
    altered(at('verdict.infected', { source: address('10.20.7.2') }), {
      more: false,
    }),
    'verdict.infected: The verdict has no answer.',
  ],
  'refuses a verdict that nobody gave': [
    altered(at('decision.none'), { verdict: 'unheard' }),
    'decision.none: There was no such verdict about this host.',
  ],
  'refuses a verdict about another host': [
    altered(at('decision.none'), ELSEWHERE),
    'decision.none: There was no such verdict about this host.',
  ],
  'suppresses no verdicts': [
    before(verdict, { event: 'verdict.suppress', count: 0, forgeable: 0 }),
    'verdict.suppress: So many verdicts cannot be.',
  ],
  'suppresses more forged verdicts than verdicts': [
    before(verdict, {
      event: 'verdict.suppress',
      count: 1,
      forgeable: 2,
    }),
    'verdict.suppress: So many verdicts cannot be.',
  ],
  'suppresses fewer forged verdicts than none': [
    before(verdict, { event: 'verdict.suppress', count: 1, forgeable: -1 }),
    'verdict.suppress: So many verdicts cannot be.',
  ],
  // Decisions.
  'acts without a decision': [
    without(add),
    'decision.approve: It is about a decision that was not alive.',
    'decision.approve: The decision was never made.',
  ],
  'decides twice': [twice(add), 'decision.add: The decision was made before.'],
  'decides about another host than the verdict': [
    altered(add, ELSEWHERE),
    'decision.add: There was no such verdict about this host.',
    'decision.approve: It names another host than the decision.',
  ],
  'decides about a host out of scope': [
    altered(add, { source: address('192.0.2.1') }),
    'decision.add: The host is outside the scope.',
  ],
  'decides on another verdict': [
    altered(add, { verdict: 'another' }),
    'decision.add: There was no such verdict about this host.',
  ],
  'decides on a verdict of another time': [
    shifted(add, 'judgedSeconds', 1),
    'decision.add: There was no such verdict about this host.',
  ],
  'decides without the link address': [
    altered(at('decision.add', THREE), { linkAddress: '' }),
    'decision.add: There was no such verdict about this host.',
  ],
  'decides on an action that the scope lacks': [
    altered(add, { action: 'patch' }),
    'response.begin: The scope does not allow this action with this actuator.',
  ],
  'decides on an actuator that the scope lacks': [
    altered(add, { actuator: 'other' }),
    'response.begin: The scope does not allow this action with this actuator.',
  ],
  'decides for longer': [
    altered(add, { ttlSeconds: 7200 }),
    'decision.add: The scope has another time for this action.',
  ],
  'decides for shorter': [
    altered(add, { ttlSeconds: 60 }),
    'decision.add: The scope has another time for this action.',
  ],
  'decides to wait for longer than the verdict lasts': [
    shifted(quarantine, 'lapsesSeconds', 3600),
    'decision.add: It waits for longer than it may.',
  ],
  'decides that no person is asked': [
    altered(quarantine, { approval: 'automatic' }),
    'decision.add: The scope asks for another approval.',
  ],
  'decides that a person is asked': [
    altered(add, { approval: 'required' }),
    'decision.approve: The scope asks a person to approve.',
  ],
  'decides for a dry run and acts': [
    altered(add, { dryRun: true }),
    'decision.add: It was decided in another mode.',
  ],
  'decides the same again while it is in force': [
    (entries) => {
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
    'decision.add: The same action on this host was decided already.',
  ],
  'acts on a decision that had lapsed': [
    (entries) => altered(add, { lapsesSeconds: NOON - 1 })(entries),
    'response.begin: It had lapsed.',
  ],
  'decides about a group': [
    altered(add, { source: address('224.0.0.5') }),
    'decision.add: The host is protected.',
  ],
  'decides again under a name that has ended': [
    (entries) => {
      const { timeSeconds, uptimeSeconds } = entries.at(-1)!;
      return [...entries, changed(entries.find(add)!, { timeSeconds, uptimeSeconds, more: false })];
    },
    'decision.add: The decision was made before.',
  ],
  // Approval.
  'acts though nobody approved': [without(byScope), 'response.begin: Nobody approved.'],
  'acts though no person approved': [without(person), 'response.begin: Nobody approved.'],
  'approves for a person': [
    altered(person, { by: 'scope' }),
    'decision.approve: The scope asks a person to approve.',
  ],
  'approves in the name of nobody': [
    altered(person, { by: ' ' }),
    'decision.approve: Nobody is named who approved.',
  ],
  'approves twice': [twice(person), 'decision.approve: It was approved before.'],
  'approves for another host': [
    altered(person, ELSEWHERE),
    'decision.approve: It names another host than the decision.',
  ],
  'approves for a person who had ended such an action': [
    altered(at('decision.approve', { by: 'bob' }), {
      by: 'scope',
    }),
    'decision.approve: A person had ended an action on this host.',
  ],
  // Acts.
  'begins another act': [
    altered(begin, { key: 'another' }),
    'response.begin: The act is not the one that was decided.',
  ],
  'begins on another host': [
    altered(begin, ELSEWHERE),
    'response.begin: It names another host than the decision.',
  ],
  'begins in a dry run what was decided to be done': [
    altered(begin, { dryRun: true }),
    'response.begin: The act is not the one that was decided.',
  ],
  'begins for longer': [shifted(begin, 'expiresSeconds', 60), 'response.begin: It does not end in time.'],
  'moves the end of an act when it is tried again': [
    shifted(at('response.begin', { ...THREE, attempt: 2 }), 'expiresSeconds', 60),
    'response.begin: Its end was moved.',
  ],
  'moves the end of an act that was lost': [
    (entries) => {
      const lost = entries.findIndex(at('response.lost'));
      const tail = shifted(begin, 'expiresSeconds', 60)(entries.slice(lost));
      return [...entries.slice(0, lost), ...tail];
    },
    'response.begin: Its end was moved.',
  ],
  'counts attempts wrongly': [
    altered(begin, { attempt: 2 }),
    'response.begin: Its attempts were counted wrongly.',
  ],
  'has a command about another host': [
    altered(begin, { command: 'apply 10.20.7.11 - with border-firewall' }),
    'response.begin: The command is about another host.',
  ],
  'has a command without the link address': [
    altered(at('response.begin', THREE), {
      command: 'apply 10.20.7.3 - with border-firewall',
    }),
    'response.begin: The command is about another host.',
  ],
  'does what was not begun': [without(begin), 'response.done: It was never begun.'],
  'begins what is in force': [
    first(done, (entry) => [
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
    'response.begin: It was in force already.',
  ],
  'does it twice': [
    twice(done),
    'response.done: This step was not begun.',
    'response.done: 10.20.7.1 was acted on twice.',
  ],
  'does another step than was begun': [
    altered(done, { step: 'release' }),
    'response.done: This step was not begun.',
  ],
  'does another act than was begun': [
    altered(done, { key: 'another' }),
    'response.done: The act is not the one that was decided.',
  ],
  'does it on another host': [
    altered(done, ELSEWHERE),
    'response.done: It names another host than the decision.',
  ],
  'finds done what was never begun': [
    (entries) => without(begin)(altered(done, { found: true })(entries)),
    'response.done: It was never begun.',
  ],
  'acts during a pause': [
    before(begin, { event: 'respond.pause', by: 'ada', reason: 'x' }),
    'response.begin: Actions were paused.',
  ],
  'hides that a pause was over': [without(at('respond.resume')), 'response.begin: Actions were paused.'],
  'acts in a dry run': [
    altered(at('respond.start'), { mode: 'dryRun' }),
    'decision.add: It was decided in another mode.',
    'response.begin: It was a dry run.',
  ],
  'acts after it had become a dry run': [
    before(begin, { event: 'respond.start', mode: 'dryRun' }),
    'response.begin: It was a dry run.',
  ],
  'loses what was not in force': [
    before(begin, { event: 'response.lost', step: 'apply', reason: 'x' }),
    'response.lost: Nothing was in force that could be lost.',
  ],
  'applies again what was not lost': [
    without(at('response.lost')),
    'response.begin: It was in force already.',
  ],
  'loses an act that is to be ended': [
    before(release, { event: 'response.lost', step: 'apply', reason: 'x' }),
    'response.lost: Nothing was in force that could be lost.',
  ],
  'loses a release': [
    altered(at('response.lost'), { step: 'release' }),
    'response.lost: Nothing was in force that could be lost.',
  ],
  // Failures.
  'tries an act too often': [
    (entries) => {
      const failed = entries.find(fail)!;
      const begun = entries.find(at('response.begin', THREE))!;
      const { timeSeconds, uptimeSeconds } = failed;
      return first(fail, () => [
        failed,
        { ...failed, attempt: 2 },
        { ...failed, attempt: 3 },
        { ...begun, attempt: 4, timeSeconds, uptimeSeconds },
      ])(entries);
    },
    'response.begin: It was tried too often.',
  ],
  'gives up an act that is in force': [
    first(done, (entry) => [
      entry,
      {
        ...entry,
        event: 'response.fail',
        attempt: 1,
        reason: 'x',
        final: true,
        retrySeconds: entry.timeSeconds,
      },
    ]),
    'response.fail: The act was in force when it was given up.',
  ],
  'hides a failure': [without(fail), 'response.begin: Its attempts were counted wrongly.'],
  'fails twice': [twice(fail), 'response.fail: This step was not begun.'],
  'fails at another step than was begun': [
    altered(fail, { step: 'release' }),
    'response.fail: This step was not begun.',
  ],
  'counts failures wrongly': [
    altered(fail, { attempt: 3 }),
    'response.fail: Its attempts were counted wrongly.',
  ],
  'tries again before the time it set': [
    shifted(fail, 'retrySeconds', 500),
    'response.begin: It was tried again too early.',
  ],
  'sets a time for the next attempt in the past': [
    shifted(fail, 'retrySeconds', -500),
    'response.fail: It is to be tried again before it failed.',
  ],
  'gives up and goes on': [altered(fail, { final: true }), 'response.begin: The decision had ended.'],
  'gives up a release': [
    first(released, (entry) => [
      {
        ...entry,
        event: 'response.fail',
        attempt: 1,
        reason: 'x',
        final: true,
        retrySeconds: entry.timeSeconds,
      },
    ]),
    'response.fail: A release was given up.',
  ],
  // Ends.
  'releases what was never applied': [
    altered(begin, { step: 'release' }),
    'response.begin: Nothing was applied that could be released.',
  ],
  'hears a verdict while an act is overdue': [
    overdue((entries) => changed(entries.find(verdict)!, { verdict: 'late' })),
    `verdict.infected: ${OVERDUE}`,
  ],
  'suppresses verdicts while an act is overdue': [
    overdue(() => ({ event: 'verdict.suppress', count: 1, forgeable: 0 })),
    `verdict.suppress: ${OVERDUE}`,
  ],
  'refuses a verdict while an act is overdue': [
    overdue((entries) => entries.find(at('decision.none'))!),
    `decision.none: ${OVERDUE}`,
  ],
  'decides while an act is overdue': [
    overdue((entries) => changed(entries.find(add)!, { decision: 'late' })),
    `decision.add: ${OVERDUE}`,
  ],
  'approves while an act is overdue': [
    overdue((_, { decision, source }: AuditEntry & { decision?: string; source?: number }) => ({
      event: 'decision.approve',
      by: 'scope',
      decision,
      source,
    })),
    `decision.approve: ${OVERDUE}`,
  ],
  'begins an act while an act is overdue': [
    overdue((entries, { decision, source }: AuditEntry & { decision?: string; source?: number }) => ({
      ...entries.find(begin)!,
      decision,
      source,
    })),
    `response.begin: ${OVERDUE}`,
  ],
  'leaves an act in force beyond its time': [without(expire), 'response.begin: Nothing had ended it.'],
  'ends an act before its time': [
    (entries) => {
      const end = entries.find(expire)!;
      return before(at('respond.pause'), {
        ...end,
        timeSeconds: entries.find(at('respond.pause'))!.timeSeconds,
        uptimeSeconds: entries.find(at('respond.pause'))!.uptimeSeconds,
        more: false,
      })(entries);
    },
    'decision.expire: Its time was not over.',
    'response.begin: It was to be ended.',
  ],
  'ends an act twice': [twice(expire), 'decision.expire: It was ending already.'],
  'releases without a reason': [
    without(at('decision.undo')),
    'response.begin: Nothing had ended it.',
    'response.done: Nothing had ended it.',
  ],
  'loses an act that was never begun': [
    (entries) => without(begin)(without(done)(entries)),
    'response.lost: Nothing was in force that could be lost.',
  ],
  'undoes what nobody decided': [
    altered(at('decision.undo'), { decision: 'another' }),
    'decision.undo: It is about a decision that was not alive.',
  ],
  'undoes twice': [twice(at('decision.undo')), 'decision.undo: It was ending already.'],
  'releases another act': [
    altered(release, { key: 'another' }),
    'response.begin: The act is not the one that was decided.',
  ],
  'voids a decision that was carried out': [
    first(done, (entry) => [entry, { ...entry, event: 'decision.refuse', code: 'no-scope', reason: 'x' }]),
    'decision.refuse: The act was begun, and must be released.',
  ],
  'lets a decision lapse before its time': [
    before(begin, { event: 'decision.lapse' }),
    'decision.lapse: There was time left to carry it out.',
  ],
  'goes on with a decision that has ended': [
    first(released, (entry) => [entry, entry]),
    'response.done: It is about a decision that was not alive.',
  ],
  'begins another act before a release that is due': [
    (entries) => {
      const [from, to] = [entries.findIndex(release), entries.findIndex(released)];
      const rest = [...entries.slice(0, from), ...entries.slice(to + 1)];
      const next = rest.findIndex(
        (entry, index) => index > from && at('response.begin', { step: 'apply' })(entry),
      );
      const then = { timeSeconds: rest[next]!.timeSeconds, uptimeSeconds: rest[next]!.uptimeSeconds };
      const late = [entries[from]!, entries[to]!].map((entry) => changed(entry, then));
      return [...rest.slice(0, next + 1), ...late, ...rest.slice(next + 1)];
    },
    'response.begin: Another act was to be released first.',
  ],
  // The clock.
  'begins without the start of the machine': [
    without(at('clock.boot')),
    'respond.start: The log does not begin with the start of a machine.',
  ],
  'starts the machine twice as the same': [
    before(begin, { event: 'clock.boot', boot: 'boot-1' }),
    'clock.boot: The machine was not started anew.',
  ],
  'has time run faster than the machine': [
    (entries) => {
      const index = entries.findIndex(at('respond.pause'));
      const later = (entry: AuditEntry): AuditEntry => ({ ...entry, timeSeconds: entry.timeSeconds + 100 });
      return [...entries.slice(0, index), ...entries.slice(index).map(later)];
    },
    'respond.pause: Its time does not go with the time since the start of the machine.',
  ],
  'has the machine run backwards': [
    shifted(at('respond.pause'), 'uptimeSeconds', -60),
    'respond.pause: The time since the start of the machine ran backwards.',
  ],
  'hides that the clock was set': [
    (entries) =>
      without(at('clock.set'))(entries).map((entry, index) =>
        index < entries.findIndex(at('clock.set'))
          ? entry
          : changed(entry, { timeSeconds: entry.timeSeconds + 2000 }),
      ),
    'decision.expire: Its time does not go with the time since the start of the machine.',
  ],
  'sets a clock that showed another time': [
    shifted(at('clock.set'), 'fromSeconds', 60),
    'clock.set: The clock showed another time before it was set.',
  ],
  'sets the clock by nothing': [
    first(at('respond.pause'), (entry) => [
      { ...entry, event: 'clock.set', fromSeconds: entry.timeSeconds, isElapsedKnown: true },
      entry,
    ]),
    'clock.set: The clock was not set.',
  ],
  'sets the clock while the machine was off, which was on': [
    altered(at('clock.set'), {
      isElapsedKnown: false,
    }),
    'decision.expire: The machine was off, and no line says that it was started.',
  ],
  // Snapshots and lines.
  'begins a segment with a state that is none': [
    (entries) =>
      altered(at('log.snapshot'), { state: '{' })(entries.slice(entries.findIndex(at('log.snapshot')))),
    'log.snapshot: The snapshot cannot be read.',
  ],
  'begins a segment with another state': [
    first(at('log.snapshot'), (entry) => [
      {
        ...entry,
        state: (entry as { state: string } & AuditEntry).state.replace('"paused":false', '"paused":true'),
      },
    ]),
    'log.snapshot: The snapshot is not the sum of what stands before it.',
  ],
  'begins a segment without what is in force': [
    first(at('log.snapshot'), (entry) => [
      {
        ...entry,
        state: (entry as { state: string } & AuditEntry).state.replace(
          /"live":\[.*?\],"ended"/,
          '"live":[],"ended"',
        ),
      },
    ]),
    'log.snapshot: The snapshot is not the sum of what stands before it.',
  ],
  'begins a segment of another log': [
    altered(at('log.snapshot'), {
      log: '00000000-0000-7000-8000-000000000009',
    }),
    'log.snapshot: The snapshot is not the sum of what stands before it.',
  ],
};

/** The event and the sentence of each fault. */
function findingsIn(entries: readonly AuditEntry[]): ReadonlySet<string> {
  const events = new Map(entries.map(({ sequence, event }) => [sequence, event]));
  return new Set(
    checkAudit(entries).faults.map(
      ({ sequence, message }) =>
        `${events.get(sequence)}: ${message.replace(/decision [0-9a-f-]{36}/, 'decision …')}`,
    ),
  );
}

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
    for (const [name, [lie, ...findings]] of Object.entries(LIES)) {
      const file = rewritten(lie(entries), stateIn(entries));
      // The chain must not be what tells.
      const lied: AuditEntry[] = [];
      const reading = await readAuditLog(file.lines(0), (entry) => void lied.push(entry));
      if (!reading.ok || reading.torn) broken.push(`${name}: ${reading.ok ? 'torn' : reading.reason}`);
      const told = findingsIn(lied);
      believed.push(...findings.filter((each) => !told.has(each)).map((each) => `${name}: ${each}`));
    }
    expect({ believed, broken }).toEqual({ believed: [], broken: [] });
  });

  it('is found by a sentence or an identifier that is not its own', async () => {
    const entries = await honest();
    type Change = (line: string) => string;
    const sentence = 'respond.pause: Its sentence says something else.';
    const told: readonly (readonly [Change, ...string[]])[] = [
      [(line) => line.replace('exams', 'holidays'), sentence],
      [(line) => line.replace(/"message":"[^"]*"/, '"message":"Nothing happened."'), sentence],
      [
        (line) => line.replace(/"id":"./, (start) => (start.endsWith('0') ? '"id":"1' : '"id":"0')),
        'respond.pause: Its identifier is that of another place.',
      ],
      [
        (line) => line.replace('"reason":"', '"reason":"\u202e'),
        'respond.pause: It holds characters that steer a terminal.',
      ],
    ];
    for (const [change, finding] of told) {
      const paused = entries.find(at('respond.pause'))!;
      const reading = readLine(change(lineOf(paused)));
      if (!reading.ok) throw new Error(reading.reason);
      expect(findingsIn(entries.map((entry) => (entry === paused ? reading.value : entry)))).toContain(
        finding,
      );
    }
  });
});
