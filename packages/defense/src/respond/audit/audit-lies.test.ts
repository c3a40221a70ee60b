// The honest log, and logs that lie about the time, snapshots and single lines.
import { describe, expect, it } from 'vitest';
import type { AuditEntry } from './audit-fact.ts';
import {
  altered,
  at,
  before,
  begin,
  changed,
  first,
  findingsIn,
  itFinds,
  type Lies,
  shifted,
  without,
} from './lie-test-support.ts';
import { checkAudit } from './audit-check.ts';
import { honest, read, rewritten, stateIn } from './audit-lies-test-support.ts';
import { lineOf, readLine } from './audit-line.ts';

const LIES: Lies = {
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

describe('a log that lies about its time and its lines', () => {
  it('is distinguished from the honest one, in which there is nothing to find', async () => {
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
  });

  itFinds(LIES);

  it('is found by a sentence or an identifier that is not its own', async () => {
    const entries = await honest();
    type Change = (line: string) => string;
    const sentence = 'respond.pause: Its sentence says something else.';
    const cases: readonly (readonly [Change, ...string[]])[] = [
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
    for (const [change, finding] of cases) {
      const paused = entries.find(at('respond.pause'))!;
      const reading = readLine(change(lineOf(paused)));
      if (!reading.ok) throw new Error(reading.reason);
      expect(findingsIn(entries.map((entry) => (entry === paused ? reading.value : entry)))).toContain(
        finding,
      );
    }
  });
});
