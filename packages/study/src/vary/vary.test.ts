import { describe, expect, test } from 'vitest';
import { parseVariation } from './vary.ts';

function valuesOf(text: string): readonly string[] {
  const parsed = parseVariation(text);
  if (!parsed.ok || parsed.value.kind !== 'list') throw new Error(JSON.stringify(parsed));
  return parsed.value.values;
}

function reasonOf(text: string): string {
  const parsed = parseVariation(text);
  if (parsed.ok) throw new Error(`${text} was read as ${JSON.stringify(parsed.value)}`);
  return parsed.reason;
}

describe('lists', () => {
  test('keep their values as written', () => {
    expect(valuesOf('defenses.0.delay=1s, 10s,1min')).toEqual(['1s', '10s', '1min']);
    expect(valuesOf('worm.strategy=uniform')).toEqual(['uniform']);
  });

  test('a comma inside braces, brackets or quotes separates nothing', () => {
    expect(valuesOf('defenses.0.start={contacts: 100, prepare: 10min},20min')).toEqual([
      '{contacts: 100, prepare: 10min}',
      '20min',
    ]);
    expect(valuesOf(`name="a,b",c`)).toEqual(['"a,b"', 'c']);
  });
});

describe('ranges', () => {
  test.each([
    ['count=1..9/4', ['1', '5', '9']],
    ['count=4096..262144*4', ['4096', '16384', '65536', '262144']],
    ['count=2^12..2^14*2', ['4096', '8192', '16384']],
    ['count=1_000..3_500/1_000', ['1000', '2000', '3000']],
    ['coverage=0%..30%/10%', ['0%', '10%', '20%', '30%']],
    ['coverage=0..0.3/0.1', ['0', '0.1', '0.2', '0.3']],
    ['start=10min..30min/10min', ['600s', '1200s', '1800s']],
    ['start=0..1h/30min', ['0s', '1800s', '3600s']],
    ['rate=50/s..100/s/25/s', ['50/s', '75/s', '100/s']],
    ['rate=1/s..4/s*2', ['1/s', '2/s', '4/s']],
  ])('%s', (text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  test('without a step are the ends between which something else chooses', () => {
    expect(parseVariation('defenses.0.count=1..4_000_000')).toEqual({
      ok: true,
      value: {
        path: 'defenses.0.count',
        kind: 'range',
        scale: 'linear',
        quantity: 'number',
        from: 1,
        to: 4e6,
      },
    });
    expect(parseVariation('start=1s..1h*')).toMatchObject({
      value: { scale: 'logarithmic', quantity: 'duration', from: 1, to: 3600 },
    });
  });
});

describe('what cannot be read', () => {
  test.each([
    [
      'defenses.0.count',
      'A variation is PATH=VALUES, such as defenses.0.count=4096..262144*2, not "defenses.0.count".',
    ],
    ['a=1,,2', 'Value 2 of a is empty; separate values by single commas.'],
    ['a=9..1/2', 'A range runs upwards; 9 is not below 1.'],
    ['a=1s..10/1', 'Both ends of a range are the same kind of quantity; 1s is a duration, 10 a number.'],
    ['a=1..9/0', 'The step of a range is a positive number, such as 0.8, not "0".'],
    ['a=1..9*1', 'The factor of a range is a number above 1, such as 2, not "1".'],
    ['a=0..9*2', 'A range in factors begins above 0, not at 0.'],
    ['a=1..9e9/1', 'The range of a has 9000000000 values; at most 1000000 are possible.'],
    [
      'a=1..x/2',
      '"1..x/2" is not a range: write A..B/STEP, A..B*FACTOR or A..B, with numbers, percentages, durations or rates.',
    ],
  ])('%s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});
