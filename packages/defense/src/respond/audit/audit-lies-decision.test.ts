// Logs that lie about what was allowed, found and decided, with every hash, identifier and sentence in order.
import { describe } from 'vitest';
import { address, cidr, NOON } from '../respond-test-support.ts';
import {
  add,
  altered,
  at,
  before,
  begin,
  block,
  byScope,
  changed,
  ELSEWHERE,
  isolate,
  itFinds,
  type Lies,
  person,
  quarantine,
  scope,
  shifted,
  THREE,
  twice,
  verdict,
  without,
} from './lie-test-support.ts';

const LIES: Lies = {
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
  'acts in a scope of nobody': [altered(scope, { owner: ' ' }), 'scope.load: " " is not an owner.'],
  'acts in a scope without anybody to ask': [
    altered(scope, { contact: 'nobody' }),
    'scope.load: "nobody" is not a mail address.',
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
};

describe('a log that lies about what was allowed and decided', () => itFinds(LIES));
