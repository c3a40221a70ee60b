import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowsNumber, alternativesOf } from './expression.ts';
import { fingerprintsOf, indexFingerprints } from './fingerprint.ts';
import { personalityOf } from './compile.ts';
import { playedBehavior } from './played-behavior.ts';
import { TEST_SECRET } from '../personality-test-support.ts';

// The example of https://nmap.org/book/osdetect-fingerprint-format.html, shortened.
const TEXT = `# a comment
MatchPoints
SEQ(SP=25%GCD=75)

Fingerprint First system
Class Vendor | Family | 1.X | general purpose
CPE cpe:/o:vendor:family:1
SEQ(SP=C9-D9%GCD=1-6%TI=I|RD)
T1(R=Y%DF=Y%T=3B-45%TG=40%S=O%A=S+%F=AS%RD=0%Q=)
# between
Fingerprint Second system
T1(R=N)

Fingerprint First system
T1(R=Y%T=FA-104%TG=FF)`;

const ATTRIBUTES =
  `SP GCD ISR TI II SS TS O1 W1 R DF T TG S A F O RD Q CC IPL UN RIPL RID RIPCK RUCK RUD DFI CD W`.split(' ');

describe('fingerprints', () => {
  it('are found by name, all of one name in their order', () => {
    const index = indexFingerprints(TEXT);
    expect([...index.places.keys()]).toEqual(['First system', 'Second system']);
    const [first, second] = fingerprintsOf(index, 'First system');
    expect(first?.classes).toEqual(['Vendor | Family | 1.X | general purpose']);
    expect(first?.tests.get('SEQ')?.get('TI')).toBe('I|RD');
    expect(first?.tests.get('T1')?.get('Q')).toBe('');
    expect(second?.tests.get('T1')?.get('TG')).toBe('FF');
    expect(fingerprintsOf(index, 'none')).toEqual([]);
  });

  it('are found wherever a line begins with the word, and nowhere else', () => {
    const namesIn = (text: string) => [...indexFingerprints(text).places.keys()];
    expect(namesIn('Fingerprint a\nFingerprint b\nFingerprint c')).toEqual(['a', 'b', 'c']);
    expect(namesIn('\nFingerprint a\n')).toEqual(['a']);
    expect(namesIn('# Fingerprint a\n Fingerprint b\nFingerprints c')).toEqual([]);
    expect(namesIn('')).toEqual([]);
    expect(namesIn('Fingerprint  a b \r\nFingerprint \nFingerprint c')).toEqual(['a b', 'c']);
    const { places } = indexFingerprints('Fingerprint a\nFingerprint b\nFingerprint a');
    expect(places.get('a')).toEqual([0, 28]);
  });

  it('have the lines up to the next one, or to the end, of which 200 count', () => {
    const index = indexFingerprints('Fingerprint a\nT1(R=Y)\nFingerprint b\nT2(R=N%=x%y%DF=Y=Z)\nClass k');
    const [a] = fingerprintsOf(index, 'a');
    const [b] = fingerprintsOf(index, 'b');
    expect([[...a!.tests.keys()], a!.classes]).toEqual([['T1'], []]);
    expect([[...b!.tests.keys()], b!.classes]).toEqual([['T2'], ['k']]);
    expect([...b!.tests.get('T2')!]).toEqual([
      ['R', 'N'],
      ['DF', 'Y=Z'],
    ]);
    const long = ['Fingerprint a', ...Array.from({ length: 199 }, () => '#'), 'T1(R=Y)', 'T2(R=Y)'].join(
      '\n',
    );
    expect([...fingerprintsOf(indexFingerprints(long), 'a')[0]!.tests.keys()]).toEqual(['T1']);
    expect(fingerprintsOf(indexFingerprints('Fingerprint a'), 'a')).toEqual([
      { name: 'a', classes: [], tests: new Map() },
    ]);
  });

  it('allow ranges, bounds and alternatives', () => {
    expect(alternativesOf('I|3B-45|>1000000')).toEqual([
      { word: 'I' },
      { from: 0x3b, to: 0x45 },
      { from: 0x1000001, to: 0xffff_ffff },
    ]);
    expect([0x59, 0x5a, 0x72, 0x73, 0x87].map((value) => allowsNumber('5A-72|87-91', value))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  it('of any text are read, compiled and played without an exception', () => {
    const name = fc.constantFrom('SEQ', 'OPS', 'WIN', 'ECN', 'T1', 'T2', 'T5', 'U1', 'IE');
    const attribute = fc.constantFrom(...ATTRIBUTES);
    const value = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        'Y',
        'N',
        '0',
        'FFFFFFFF',
        '1-6',
        '>0',
        'M5B4NW7',
        'MWST00L',
        'A|B',
        '-',
        '|',
        'Z',
        'I',
      ),
    );
    const test = fc
      .tuple(name, fc.array(fc.tuple(attribute, value), { maxLength: 8 }))
      .map(([key, pairs]) => `${key}(${pairs.map((pair) => pair.join('=')).join('%')})`);
    const line = fc.oneof(test, fc.string(), fc.constant('Fingerprint x'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const index = indexFingerprints(`Fingerprint x\n${lines.join('\n')}`);
        for (const each of index.places.keys())
          for (const fingerprint of fingerprintsOf(index, each)) {
            const behavior = playedBehavior(personalityOf(fingerprint), TEST_SECRET);
            const isn = behavior.initialSequenceNumber(
              { localAddress: 1, localPort: 2, remoteAddress: 3, remotePort: 4 },
              5,
            );
            expect(isn).toBe(isn >>> 0);
            expect(behavior.timeToLive('syn-ack')).toBeGreaterThan(0);
            expect(behavior.timeToLive('syn-ack')).toBeLessThan(256);
          }
      }),
      {
        numRuns: 1000,
        examples: [[['SEQ(T=%TG=0)']], [['SEQ(ISR=FFFFFFFF)']]],
      },
    );
  });
});
