// Fingerprints of nmap's first generation: what each measurement becomes, by hand from the descriptions of both generations.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PersonalityCatalog } from './catalog.ts';
import { fingerprintsOf, indexFingerprints } from './fingerprint.ts';
import { isFirstGeneration, secondGenerationOf } from './first-generation.ts';

const TEXT = `# words
Fingerprint Acme Windows 9 gateway
Class Acme | Windows | 9 | general purpose
TSeq(Class=64K%IPID=BI%TS=2HZ)
T1(DF=Y%W=2017|4000%ACK=S++%Flags=AS%Ops=MENWNNT)
T2(Resp=N)
T3(Resp=Y%DF=Y%W=2017%ACK=S++%Flags=AS%Ops=M)
T4(DF=N%W=100%ACK=O%Flags=R%Ops=)
T5(DF=N%W=0%ACK=S++%Flags=BAR%Ops=)
T6(DF=N%W=0%ACK=S%Flags=APR%Ops=)
T7(Resp=N)
PU(DF=N%TOS=0%IPLEN=38%RIPTL=15C%RID=F%RIPCK=0%UCK=0%ULEN=134%DAT=F)

Fingerprint Acme router
TSeq(Class=RI%gcd=<8%SI=<2001&>1FFF%IPID=RPI%TS=U)
T1(DF=N%W=<1001%ACK=S++%Flags=AR|AS%Ops=|M)
PU(Resp=N)
`;

const index = indexFingerprints(secondGenerationOf(TEXT));

function test(name: string, which: string): Readonly<Record<string, string>> {
  return Object.fromEntries(fingerprintsOf(index, name)[0]!.tests.get(which) ?? []);
}

describe('the first generation', () => {
  it('is distinguished from the second', () => {
    expect(isFirstGeneration(TEXT)).toBe(true);
    expect(isFirstGeneration(secondGenerationOf(TEXT))).toBe(false);
    expect([...index.places.keys()]).toEqual(['Acme Windows 9 gateway', 'Acme router']);
    expect(fingerprintsOf(index, 'Acme Windows 9 gateway')[0]!.classes).toEqual([
      'Acme | Windows | 9 | general purpose',
    ]);
  });

  it('says sequence numbers, identifications and clocks', () => {
    // 64,000 more for each of ten probes a second: 8 log2(640,000) = 154.
    expect(test('Acme Windows 9 gateway', 'SEQ')).toMatchObject({ GCD: 'FA00', TI: 'BI', II: 'BI', TS: '1' });
    expect(Number.parseInt('95', 16)).toBeLessThan(154);
    // A deviation of 0x2000 between probes: 8 log2(81,920) = 131 = 0x83.
    expect(test('Acme router', 'SEQ')).toMatchObject({ SP: '7B-8B', GCD: '1-7', TI: 'RI', TS: 'U' });
  });

  it('says windows and options: the MSS of the probe comes back, and 1460 where the system has its own', () => {
    const name = 'Acme Windows 9 gateway';
    expect(test(name, 'WIN')).toMatchObject({ W1: '2017', W6: '2017' });
    expect(test(name, 'OPS')).toMatchObject({ O1: 'M109NW0NNT11' });
    expect(test(name, 'T3')).toMatchObject({
      R: 'Y',
      DF: 'Y',
      W: '2017',
      O: 'M5B4',
      F: 'AS',
      S: 'O',
      A: 'S+',
    });
    expect(test('Acme router', 'OPS')).toMatchObject({ O1: 'M5B4' });
  });

  it('says resets and refusals', () => {
    const name = 'Acme Windows 9 gateway';
    expect(test(name, 'T2')).toEqual({ R: 'N' });
    expect(test(name, 'T4')).toMatchObject({ W: '100', S: 'A', A: 'Z', F: 'R', TG: '80' });
    expect(test(name, 'T5')).toMatchObject({ S: 'Z', A: 'S+', F: 'AR', Q: 'R' });
    expect(test(name, 'T6')).toMatchObject({ A: 'S', F: 'APR' });
    expect(test(name, 'U1')).toMatchObject({ IPL: '38', RIPL: '15C', RIPCK: 'Z', RUCK: '0', RUD: 'I' });
    expect(test('Acme router', 'U1')).toEqual({ R: 'N' });
  });

  it('is played', () => {
    const catalog = new PersonalityCatalog([index]);
    const { personality } = catalog.find('Acme Windows 9 gateway')!;
    expect(personality.unmet).toEqual([]);
    expect(personality.timeToLive['syn-ack']).toBe(128);
    expect(personality.strays['closed-null']).toBe(null);
    expect(personality.synAcks[0]).toMatchObject({ windowBytes: 0x2017, mssBytes: 265 });
  });

  it('whatever a file holds, reading and playing it throws nothing', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'TSeq(',
        'T1(',
        'PU(',
        'Class=RI',
        '%',
        'W=',
        'FFFFF',
        '<5&>',
        'Ops=MEWT',
        '|',
        ')',
        '\n',
      ),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = `Fingerprint A\nTSeq(Class=C)\n${words.join('')}`;
        expect(new PersonalityCatalog([indexFingerprints(secondGenerationOf(text))]).find('A')).not.toBe(
          null,
        );
      }),
    );
  });
});
