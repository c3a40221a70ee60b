import { RandomStream, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { hosts } from '../hosts/hosts.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { placePopulation } from '../../placement/place-population.ts';
import { honeypots, kolmogorovSmirnov, runsOf } from '../random-engine-test-support.ts';
import { BLOCK_PROBES_MAX, vectorKernel } from './draw-vectors.ts';
import { buildLookUp } from './look-up.ts';
import { ProbeSource } from './probe-source.ts';
import { probes } from './probes.ts';

/** The two-sample statistic exceeds this once in a thousand tests of one law. */
const SURE = 1.95;

const mebi: Outbreak = {
  addressSpaceSize: 2 ** 20,
  firstAddress: 0,
  population: { vulnerable: 4000, infected: 20 },
  worm: { scanRatePerSecond: 5, strategy: { kind: 'uniform' } },
  honeypots: [],
  durationSeconds: 3600,
  sampleSeconds: 60,
};

const withHoneypots: Outbreak = {
  ...mebi,
  honeypots: [honeypots({ count: 3000, start: { kind: 'time', timeSeconds: 120 }, delaySeconds: 10 })],
};

describe('probes and hosts agree in distribution', () => {
  const cases: readonly (readonly [string, Outbreak, number])[] = [
    ['a space of 2^20, without honeypots', { ...mebi, durationSeconds: 400 }, 400],
    ['a space of 2^20, with honeypots', withHoneypots, 400],
    // Neither a power of two nor small: the words that are drawn again, and honeypots that wait for contacts.
    [
      'a space of 3 × 2^18',
      {
        ...withHoneypots,
        addressSpaceSize: 3 * 2 ** 18,
        honeypots: [
          honeypots({
            count: 2500,
            start: { kind: 'contacts', contacts: 40, prepareSeconds: 30 },
            success: 0.6,
          }),
        ],
      },
      200,
    ],
  ];
  it.each(cases)('%s', (_, outbreak, runs) => {
    const probed = runsOf(probes, outbreak, runs);
    const hosted = runsOf(hosts, outbreak, runs, '2');
    const timeToHalf = (of: typeof probed): readonly number[] =>
      of.map(({ summary }) => summary.timeTo['0.5'] ?? Infinity);
    const everInfected = (of: typeof probed): readonly number[] =>
      of.map(({ summary }) => summary.everInfected);
    expect(kolmogorovSmirnov(timeToHalf(probed), timeToHalf(hosted))).toBeLessThan(SURE);
    expect(kolmogorovSmirnov(everInfected(probed), everInfected(hosted))).toBeLessThan(SURE);
    const peak = (of: typeof probed): readonly number[] => of.map(({ summary }) => summary.peakInfected);
    expect(kolmogorovSmirnov(peak(probed), peak(hosted))).toBeLessThan(SURE);
  });
});

describe('vector kernel', () => {
  it('draws the words of eight generators xoshiro128++', () => {
    const kernel = vectorKernel();
    kernel.filter.fill(0xffffffff);
    const stream = randomStreams('1').stream('lanes');
    for (let i = 0; i < 32; i++) kernel.generators[i] = stream.nextUint32();
    const lanes = Array.from({ length: 8 }, (_, lane) => {
      const word = (i: number): number => kernel.generators[(lane >> 2) * 16 + i * 4 + (lane & 3)]!;
      return new RandomStream([word(0), word(1), word(2), word(3)]);
    });
    expect(kernel.draw(4096, 8)).toBe(4096);
    for (let i = 0; i < 4096; i++) {
      expect(kernel.place[i]).toBe(i);
      expect(kernel.word[i]! >>> 0).toBe(lanes[i % 8]!.nextUint32());
    }
  });

  it('keeps those whose bit is set, and their order', () => {
    const kernel = vectorKernel();
    const stream = randomStreams('2').stream('filter');
    const state = Array.from({ length: 32 }, () => stream.nextUint32());
    kernel.filter.fill(0xffffffff);
    kernel.generators.set(state);
    kernel.draw(BLOCK_PROBES_MAX, 8);
    const all = Array.from(kernel.word, (word) => word >>> 0);
    for (let i = 0; i < kernel.filter.length; i++) kernel.filter[i] = stream.nextUint32();
    kernel.generators.set(state);
    const count = kernel.draw(BLOCK_PROBES_MAX, 8);
    const expected = all.flatMap((word, place) =>
      (kernel.filter[word >>> 13]! >>> ((word >>> 8) & 31)) & 1 ? [{ place, word }] : [],
    );
    const kept = Array.from({ length: count }, (_, i) => ({
      place: kernel.place[i]!,
      word: kernel.word[i]! >>> 0,
    }));
    expect(kept).toEqual(expected);
  });
});

describe('probe source', () => {
  // A wide space by vectors, a small one and one of an odd size word by word.
  it.each([2 ** 32, 2 ** 24, 2 ** 16, 3 * 2 ** 22])(
    'reaches as many targets of %d as chance has it',
    (size) => {
      const count = Math.min(200_000, size / 16);
      const outbreak: Outbreak = {
        ...mebi,
        addressSpaceSize: size,
        population: { vulnerable: count, infected: 1 },
        honeypots: [honeypots({ count })],
      };
      const streams = randomStreams('3');
      const placed = placePopulation(outbreak, streams.stream('placement'));
      const source = new ProbeSource(buildLookUp(outbreak, placed), streams.stream('targets'));
      const total = 2 ** 24;
      const reached = { hosts: 0, honeypots: 0 };
      for (let sent = 0; sent < total;) {
        const inBlock = source.probesInBlock();
        for (let ahead = 0; source.placeOfHit(ahead) > 0; ahead++) {
          if (source.hit(ahead) < count) reached.hosts++;
          else reached.honeypots++;
        }
        source.skip(inBlock);
        sent += inBlock;
      }
      const mean = (total * count) / size;
      const sigma = Math.sqrt(mean * (1 - count / size));
      expect(Math.abs(reached.hosts - mean)).toBeLessThan(4 * sigma);
      expect(Math.abs(reached.honeypots - mean)).toBeLessThan(4 * sigma);
    },
  );
});

describe('probes', () => {
  it('counts the probes that are sent when nothing is left to infect', () => {
    const outbreak: Outbreak = { ...mebi, population: { vulnerable: 50, infected: 50 } };
    const sent = runsOf(probes, outbreak, 400).map(({ summary }) => summary.probes);
    const mean = 50 * 5 * 3600;
    const average = sent.reduce((sum, count) => sum + count, 0) / sent.length;
    // A Poisson count has its mean as variance.
    expect(Math.abs(average - mean)).toBeLessThan(4 * Math.sqrt(mean / sent.length));
  });

  it('refuses a space of more than 2^32 addresses in a sentence', () => {
    const [reason, ...more] = probes.unsupported({ ...mebi, addressSpaceSize: 2 ** 33 });
    expect(reason).toContain('addresses of up to 32 bits');
    expect(more).toEqual([]);
  });
});
