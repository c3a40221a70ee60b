/** What changes of a worm in time, in the words of the scenario file: a table of factors of its scan rate, and sleep. */
import type { Dormancy, RateChange } from '@wormwood/epidemic';
import { duration, rate } from '../shape/quantity-shapes.ts';
import { scalar } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import { list, mapping } from '../shape/structure-shapes.ts';

const FACTOR_MAX = 1000;
const FACTOR = `a number from 0 to ${FACTOR_MAX}`;

const factor: Shape<number> = scalar<number>({
  allowed: FACTOR,
  code: 'out-of-range',
  parse: (input) =>
    typeof input === 'number' && input >= 0 && input <= FACTOR_MAX
      ? { ok: true, value: input }
      : { ok: false, reason: `This must be ${FACTOR}.` },
  write: (value) => value,
  jsonSchema: { type: 'number', minimum: 0, maximum: FACTOR_MAX },
});

export const rateChanges: Shape<readonly RateChange[]> = list(
  'a list of times and factors',
  mapping<RateChange, object>({
    allowed: 'a mapping with the keys at and factor',
    constants: {},
    fields: {
      timeSeconds: {
        key: 'at',
        shape: duration('notNegative'),
        description: 'Time from which the factor holds.',
        examples: ['8h'],
      },
      factor: {
        key: 'factor',
        shape: factor,
        description: 'Factor of the scan rate of every host, until the next change.',
        examples: [0.3],
      },
    },
  }),
);

const perSecondOrNone = rate({ words: [], instead: '' }, 'notNegative');

export const dormancy: Shape<Dormancy> = mapping<Dormancy, object>({
  allowed: 'a mapping with the keys sleepRate and wakeRate',
  constants: {},
  fields: {
    sleepRatePerSecond: {
      key: 'sleepRate',
      shape: perSecondOrNone,
      description: 'Rate at which an infected host that scans falls asleep.',
      examples: ['1/h'],
    },
    wakeRatePerSecond: {
      key: 'wakeRate',
      shape: perSecondOrNone,
      description: 'Rate at which a host that sleeps wakes and scans again; 0 for never.',
      examples: ['4/h'],
    },
  },
});
