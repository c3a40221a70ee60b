/** How a time spreads about its mean, in the words of the scenario file. */
import type { DelayLaw } from '@wormwood/epidemic';
import { converted, keyOfKind, oneOf } from '../shape/alternative-shapes.ts';
import { fraction } from '../shape/quantity-shapes.ts';
import { scalar } from '../shape/scalar-shapes.ts';
import type { Shape } from '../shape/shape.ts';
import type { Field } from '../shape/structure-shapes.ts';

type LawOf<Kind extends DelayLaw['kind']> = Extract<DelayLaw, { kind: Kind }>;

/** Returns the shape of a number above 0. */
export function positiveNumber(example: number): Shape<number> {
  return scalar<number>({
    allowed: `a number above 0 such as ${example}`,
    code: 'invalid-number',
    parse: (input) => {
      if (typeof input === 'number' && Number.isFinite(input) && input > 0) return { ok: true, value: input };
      return { ok: false, reason: 'This number must be above 0.' };
    },
    write: (value) => value,
    jsonSchema: { type: 'number', exclusiveMinimum: 0 },
  });
}

const law: Shape<DelayLaw> = oneOf<DelayLaw>(
  'a law of a time',
  [
    {
      word: 'exponential',
      description: 'Exponential: equally likely to end at any moment.',
      value: { kind: 'exponential' },
    },
    { word: 'fixed', description: 'Always the mean.', value: { kind: 'fixed' } },
  ],
  [
    keyOfKind<DelayLaw, 'uniform'>('uniform', {
      key: 'uniform',
      description: 'Anywhere within this fraction of the mean below and above it.',
      shape: converted<number, LawOf<'uniform'>>(fraction(), {
        to: (spread) => ({ kind: 'uniform', spread }),
        from: ({ spread }) => spread,
      }),
    }),
    keyOfKind<DelayLaw, 'gamma'>('gamma', {
      key: 'gamma',
      description: 'Gamma of this shape: the sum of so many exponential stages.',
      shape: converted<number, LawOf<'gamma'>>(positiveNumber(4), {
        to: (shape) => ({ kind: 'gamma', shape }),
        from: ({ shape }) => shape,
      }),
    }),
    keyOfKind<DelayLaw, 'log-normal'>('log-normal', {
      key: 'logNormal',
      description: 'Log-normal with this standard deviation of the natural logarithm.',
      shape: converted<number, LawOf<'log-normal'>>(positiveNumber(0.8), {
        to: (sigma) => ({ kind: 'log-normal', sigma }),
        from: ({ sigma }) => sigma,
      }),
    }),
  ],
);

/** Returns the field that says how the time under another key spreads. */
export function lawField(key: string, of: string): Field<DelayLaw | undefined> {
  return {
    key,
    shape: law,
    description: `How the time under ${of} spreads about its mean.`,
    computed: 'If omitted, it is exponential.',
    isRare: true,
    examples: ['fixed', { uniform: 0.5 }, { gamma: 4 }, { logNormal: 0.8 }],
  };
}
