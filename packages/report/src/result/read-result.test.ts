import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readResult } from './read-result.ts';
import { resultDocument } from './result.ts';

const result = {
  scenario: {
    version: 1,
    name: 'small',
    duration: '10s',
    space: 1024,
    population: { vulnerable: 10, infected: 1 },
    worm: { scanRate: '1/s' },
  },
  engine: 'hosts',
  seed: '1',
  runs: 1,
  version: '0.1.0',
  summary: { peakInfected: 1, everInfected: 1, everInfectedFraction: 0.1, immunized: 0, stillInfected: 1 },
  series: { time: [0, 10], susceptible: [9, 9], infected: [1, 1], immunized: [0, 0] },
};

function reasonOf(change: object): string {
  const read = readResult(JSON.stringify({ ...result, ...change }));
  return read.ok ? '' : read.reason;
}

describe('a saved result', () => {
  it('comes back as it was', () => {
    const read = readResult(JSON.stringify(result));
    if (!read.ok) throw new Error(read.reason);
    expect(read.result.scenario).toMatchObject({ name: 'small', durationSeconds: 10 });
    expect(resultDocument(read.result)).toMatchObject(result);
    expect(readResult(JSON.stringify(resultDocument(read.result)))).toEqual(read);
  });

  it('is found in what a demo saves', () => {
    const read = readResult(JSON.stringify({ version: '0.1.0', seed: '1', verdict: '', delays: [], result }));
    expect(read).toEqual(readResult(JSON.stringify(result)));
    expect(read.ok).toBe(true);
  });

  it('is refused with the reason when it is none', () => {
    expect(readResult('{').ok).toBe(false);
    expect(reasonOf({ scenario: { version: 7 } })).toContain('`scenario`');
    expect(reasonOf({ engine: 'magic' })).toContain('`engine`');
    expect(reasonOf({ runs: 0 })).toContain('`runs`');
    expect(reasonOf({ summary: {} })).toContain('`summary`');
    expect(reasonOf({ series: { ...result.series, infected: [1] } })).toContain('`series`');
    // Of many runs each curve has its band.
    expect(reasonOf({ runs: 2, summary: { ...result.summary } })).toContain('`summary`');
  });

  it('makes nothing throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readResult(text).ok).toBe(false);
      }),
    );
  });
});
