// Logs that lie about what was done, what failed and what ended, with every hash, identifier and sentence in order.
import { type IpAddress } from '@wormwood/wire';
import { describe } from 'vitest';
import { NOON } from '../respond-test-support.ts';
import type { AuditEntry } from './audit-fact.ts';
import {
  add,
  altered,
  at,
  before,
  begin,
  changed,
  done,
  ELSEWHERE,
  expire,
  fail,
  first,
  itFinds,
  type Lies,
  overdue,
  OVERDUE,
  release,
  released,
  shifted,
  THREE,
  twice,
  verdict,
  without,
} from './lie-test-support.ts';

const LIES: Lies = {
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
    overdue((_, { decision, source }: AuditEntry & { decision?: string; source?: IpAddress }) => ({
      event: 'decision.approve',
      by: 'scope',
      decision,
      source,
    })),
    `decision.approve: ${OVERDUE}`,
  ],
  'begins an act while an act is overdue': [
    overdue((entries, { decision, source }: AuditEntry & { decision?: string; source?: IpAddress }) => ({
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
};

describe('a log that lies about what was done', () => itFinds(LIES));
