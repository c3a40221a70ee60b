/** Outbreaks small enough for an engine that draws every probe. */
import type { Outbreak } from '../../outbreak/outbreak.ts';
import type { Honeypots } from '../../outbreak/honeypots.ts';

/** β = 0.1/s: N = 2,000 of 16,384 addresses, 0.8192 probes/s. */
export const smallOutbreak: Outbreak = {
  addressSpaceSize: 2 ** 14,
  firstAddress: 0,
  population: { vulnerable: 2000, infected: 100 },
  worm: { scanRatePerSecond: 0.8192, strategy: { kind: 'uniform' } },
  honeypots: [],
  durationSeconds: 150,
  sampleSeconds: 10,
};
export const smallContactRate = 0.1;

export function honeypots(change: Partial<Honeypots> = {}): Honeypots {
  return {
    kind: 'honeypots',
    count: 1000,
    start: { kind: 'time', timeSeconds: 0 },
    delaySeconds: 0,
    success: 1,
    placement: 'scattered',
    ...change,
  };
}

export function population(vulnerable: number, infected: number): Pick<Outbreak, 'population'> {
  return { population: { vulnerable, infected } };
}

/** The scan rate that gives β = 0.1/s. */
export function wormFor(outbreak: Pick<Outbreak, 'addressSpaceSize' | 'population'>): Pick<Outbreak, 'worm'> {
  const scanRatePerSecond = (smallContactRate * outbreak.addressSpaceSize) / outbreak.population.vulnerable;
  return { worm: { scanRatePerSecond, strategy: { kind: 'uniform' } } };
}

/** One of everything: immediate and delayed immunization, failed contacts, a start by time and one by contacts. */
export const mixedOutbreak: Outbreak = {
  ...smallOutbreak,
  honeypots: [
    honeypots({ count: 800, start: { kind: 'time', timeSeconds: 12 }, delaySeconds: 3, success: 0.5 }),
    honeypots({ count: 400, start: { kind: 'contacts', contacts: 60, prepareSeconds: 15 } }),
    honeypots({ count: 300, start: { kind: 'time', timeSeconds: 40 }, delaySeconds: 8 }),
  ],
};

export const lawOutbreaks: readonly (readonly [string, Outbreak])[] = [
  ['without honeypots', smallOutbreak],
  ['with honeypots from the start', { ...smallOutbreak, honeypots: [honeypots({ count: 1500 })] }],
  ['with three groups of honeypots', mixedOutbreak],
  ['with few hosts', { ...smallOutbreak, ...population(7, 2), honeypots: [honeypots({ delaySeconds: 20 })] }],
];
