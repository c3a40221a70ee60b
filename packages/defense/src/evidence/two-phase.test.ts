import { randomStreams } from '@wormwood/base';
import { synMark } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import type { WordObservation } from '../observation.ts';
import { TwoPhase } from './two-phase.ts';

const [BOT, LOADER, STRANGER] = [0xc633_6401, 0xcb00_7109, 0xcb00_7122];
const FIRST = 0x0a01_0200;
const SLOTS: readonly number[] = [BOT, LOADER, STRANGER];

function twoPhase(): TwoPhase {
  return new TwoPhase({
    capacity: 4,
    streams: randomStreams('1'),
    slotOf: (source) => SLOTS.indexOf(source),
  });
}

function observation(given: Partial<WordObservation>): WordObservation {
  return {
    timeSeconds: 0,
    kind: 'contact',
    protocol: 'tcp',
    source: BOT,
    destination: FIRST,
    sourcePort: 50_000,
    destinationPort: 23,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
    ...given,
  };
}

/** A SYN of a tool to the address of that number. */
function syn(to: number, given: Partial<WordObservation> = {}): WordObservation {
  return observation({ destination: FIRST + to, timeSeconds: 100 * to, marks: synMark.zmap, ...given });
}

/** A connection there, `waited` seconds later. */
function connection(
  to: number,
  source: number,
  waited: number,
  given: Partial<WordObservation> = {},
): WordObservation {
  const timeSeconds = 100 * to + waited;
  return observation({
    kind: 'handshake',
    source,
    destination: FIRST + to,
    timeSeconds,
    sourcePort: 40_000,
    ...given,
  });
}

/** Feeds observations, each to the slot of its source; returns what is said of a source. */
function saidOf(source: number, observations: readonly WordObservation[]): readonly string[] {
  const detector = twoPhase();
  for (const each of observations) detector.observe(SLOTS.indexOf(each.source), each);
  return detector.evidence(SLOTS.indexOf(source)).map(({ text }) => text);
}

describe('two-phase scanning', () => {
  it('is named when the host whose tool sent a SYN connects as a system', () => {
    const detector = twoPhase();
    detector.observe(0, syn(0));
    expect(detector.evidence(0)).toEqual([]);
    detector.observe(0, connection(0, BOT, 90));
    expect(detector.evidence(0)).toEqual([
      {
        detector: 'two-phase-scan',
        text: 'Two-phase scan: it sent a SYN of a tool on tcp/23, and its system connected there 90 s later.',
        forgeable: true,
        figures: { phase: 2, finder: BOT, addresses: 1, seconds: 90 },
      },
    ]);
    expect([detector.logLikelihoodRatio(), detector.unforgeableLogLikelihoodRatio()]).toEqual([0, 0]);
    detector.reset(0);
    expect(detector.evidence(0)).toEqual([]);
  });

  it.each([
    ['without a mark', syn(0, { marks: 0 }), connection(0, BOT, 1)],
    ['to a live address', syn(0, { dark: false }), connection(0, BOT, 1)],
    ['of ten minutes before', syn(0), connection(0, BOT, 600)],
    ['that came later', syn(0), connection(0, BOT, -1)],
    ['to another port', syn(0), connection(0, BOT, 1, { destinationPort: 2323 })],
    ['to another address', syn(0), connection(1, BOT, 1)],
    ['of this very connection', syn(0), connection(0, BOT, 1, { sourcePort: 50_000 })],
  ])('is not named after a SYN %s', (_, first, second) => {
    expect(saidOf(BOT, [first, second])).toEqual([]);
  });

  it('is named until just before ten minutes are over', () => {
    expect(saidOf(BOT, [syn(0), connection(0, BOT, 599.9)])).toHaveLength(1);
  });

  it('has two roles where another address connects, at the third address that the same tool found', () => {
    const twice = [syn(0), connection(0, LOADER, 40), syn(1), connection(1, LOADER, 40)];
    expect([saidOf(BOT, twice), saidOf(LOADER, twice)]).toEqual([[], []]);
    // The same handshake comes again once its proof has arrived.
    const again = [...twice, connection(1, LOADER, 41)];
    expect(saidOf(LOADER, again)).toEqual([]);
    const thrice = [...twice, syn(2), connection(2, LOADER, 40)];
    expect(saidOf(LOADER, thrice)).toEqual([
      'Two-phase scan: it connects on tcp/23 where 198.51.100.1 sent a SYN of a tool before it, 40 s at the last.',
    ]);
    expect(saidOf(BOT, thrice)).toEqual([
      'Two-phase scan: where it sends SYNs of a tool, 203.0.113.9 connects after it.',
    ]);
  });

  it('is no chance: strangers whose tools were there before count against each other', () => {
    const course = [0, 1, 2, 3, 4, 5].flatMap((to) => [
      syn(to, { source: to % 2 === 0 ? BOT : STRANGER }),
      connection(to, LOADER, 40),
    ]);
    for (const source of SLOTS) expect(saidOf(source, course)).toEqual([]);
  });

  it('is found among the SYNs of others to the same address, up to three', () => {
    const others = [1, 2, 3].map((number) => syn(0, { source: STRANGER + number, timeSeconds: number }));
    expect(saidOf(BOT, [syn(0), ...others, connection(0, BOT, 60)])).toHaveLength(1);
    const more = syn(0, { source: STRANGER + 4, timeSeconds: 4 });
    expect(saidOf(BOT, [syn(0), ...others, more, connection(0, BOT, 60)])).toEqual([]);
    // A later SYN of the same source takes the place of its own.
    const same = syn(0, { timeSeconds: 4, sourcePort: 50_001 });
    const latest = saidOf(BOT, [syn(0), ...others, same, connection(0, BOT, 60)]);
    expect(latest).toEqual([expect.stringContaining('connected there 56 s later')]);
  });
});
