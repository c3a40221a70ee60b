import { describe, expect, it } from 'vitest';
import { PersonalityCatalog } from './catalog.ts';
import { indexFingerprints } from './fingerprint.ts';

const BEHIND_A_FILTER = 'Fingerprint Some system\nSEQ(SP=C9-D9%GCD=1%ISR=CA%TI=Z)\nU1(R=N)\nIE(R=N)\n';
const IN_THE_OPEN = 'Fingerprint Some system\nSEQ(SP=0%GCD=FFFF%ISR=1)\nU1(R=Y%T=40)\nIE(R=Y%T=40)\n';

describe('the personality of a name', () => {
  it('is one that answers pings and refuses datagrams, wherever it stands and however much of it is played', () => {
    for (const text of [BEHIND_A_FILTER + IN_THE_OPEN, IN_THE_OPEN + BEHIND_A_FILTER]) {
      const found = new PersonalityCatalog([indexFingerprints(text)]).find('Some system');
      expect(found).toMatchObject({
        isNearest: false,
        personality: { echo: { answers: true }, unreachable: { answers: true } },
      });
    }
  });

  it('is silent where each fingerprint of the name is', () => {
    const found = new PersonalityCatalog([indexFingerprints(BEHIND_A_FILTER)]).find('Some system');
    expect(found?.personality.echo.answers).toBe(false);
  });
});
