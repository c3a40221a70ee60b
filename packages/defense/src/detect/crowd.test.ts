import { AddressSet, randomStreams } from '@wormwood/base';
import { synMark } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { WordObservation } from '../observation.ts';
import { observation } from './detect-test-support.ts';
import { createDetector } from './detector.ts';

const DAY_SECONDS = 86_400;
const DAYS = 45;
/** A 128th of the table that there is by default, and of a million innocents a day. */
const SOURCES_MAX = 1024;
const INNOCENTS_PER_DAY = 7812;
const SCANNERS = 400;
const dark = AddressSet.fromCidrs([{ address: 0x0a010000, prefixLength: 16 }]);

/** Scanners of 1/s, and innocents that come once each, but for a tenth, which come again on another day. */
function traffic(innocentsPerDay: number): readonly WordObservation[] {
  const streams = randomStreams('2');
  const found: WordObservation[] = [];
  const scanners = streams.stream('scanners');
  for (let scanner = 0; scanner < SCANNERS; scanner++)
    for (let now = 0; ;) {
      now -= (Math.log(1 - scanners.nextDouble()) * 2 ** 32) / dark.size;
      if (now > DAYS * DAY_SECONDS) break;
      const destination = dark.at(scanners.nextBelow(dark.size));
      found.push(observation({ timeSeconds: now, source: 0xdf000000 + scanner, destination }));
    }
  const innocents = streams.stream('innocents');
  for (let i = 0; i < innocentsPerDay * DAYS; i++) {
    const contacts = innocents.nextBelow(10) === 0 ? 2 : 1;
    for (let contact = 0; contact < contacts; contact++)
      found.push(
        observation({
          timeSeconds: innocents.nextDouble() * DAYS * DAY_SECONDS,
          source: 0x0b000000 + i,
          destination: dark.at(innocents.nextBelow(dark.size)),
          destinationPort: 1024 + innocents.nextBelow(60_000),
        }),
      );
  }
  return found.toSorted((a, b) => a.timeSeconds - b.timeSeconds);
}

function judged(observations: readonly WordObservation[]): {
  readonly sources: ReadonlySet<number>;
  readonly evictionsWithEvidence: number;
} {
  const detector = createDetector({ streams: randomStreams('1'), monitored: dark, sourcesMax: SOURCES_MAX });
  const sources = new Set<number>();
  for (const each of observations) {
    const verdict = detector.observe(each);
    if (verdict !== null) sources.add(Number(verdict.source));
  }
  return { sources, evictionsWithEvidence: detector.status().evictionsWithEvidence };
}

describe('a crowd of innocents that fills the table eight times a day', () => {
  it('does not hide scanners of 1/s', () => {
    const { sources, evictionsWithEvidence } = judged(traffic(INNOCENTS_PER_DAY));
    expect(sources.size).toBeGreaterThanOrEqual(0.99 * SCANNERS);
    expect([...sources].filter((source) => source < 0xdf000000)).toEqual([]);
    expect(evictionsWithEvidence).toBe(0);
  });

  const source = 0xdf000000;
  const first = observation({ source, destination: 0x0a010000, marks: synMark.bare });
  // A source gives its row up only where nothing is lost with it.
  it.each<[string, readonly Partial<WordObservation>[]]>([
    ['nothing more', []],
    ['the same packet again', [{ timeSeconds: 3 }]],
    ['the same packet 600 times', [{ timeSeconds: 3, packets: 600 }]],
    ['a call of the same address after a pause', [{ timeSeconds: 900 }]],
    ['a second address', [{ timeSeconds: 3, destination: 0x0a01ff00 }]],
    ['a handshake', [{ timeSeconds: 3, kind: 'handshake' }]],
    ['a handshake that proves nothing', [{ timeSeconds: 3, kind: 'handshake', forgeable: 'arp-silent' }]],
    ['a payload', [{ timeSeconds: 3, kind: 'payload', payloadHash: 'ab'.repeat(32), payloadLength: 99 }]],
    ['the mark of a tool', [{ timeSeconds: 3, marks: synMark.zmap }]],
  ])('changes nothing of what is known of a source that showed %s', (_, more) => {
    const further = Array.from({ length: 20 }, (__, i) =>
      observation({ source, timeSeconds: 2000 + i * 1000, destination: 0x0a010001 + i }),
    );
    const others = Array.from({ length: 60 }, (__, i) =>
      observation({ timeSeconds: 1000, source: 0x0b000000 + i, destination: 0x0a010000 + i }),
    );
    const outcomes = [[], others].map((crowd) => {
      const detector = createDetector({ streams: randomStreams('1'), monitored: dark, sourcesMax: 16 });
      const own = more.map((given) => ({ ...first, ...given }));
      for (const each of [first, ...own, ...crowd]) detector.observe(each);
      const before = detector.explain(source);
      const verdicts = further.map((each) => detector.observe(each));
      const { testsBegun, evictions } = detector.status();
      return {
        before,
        verdicts,
        after: detector.explain(source),
        tests: testsBegun - crowd.length,
        evictions,
      };
    });
    expect(outcomes[0]?.before.state).not.toBe('unknown');
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});
