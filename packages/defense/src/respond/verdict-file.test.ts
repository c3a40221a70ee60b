import { formatIp } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdictOn } from './respond-test-support.ts';
import { readVerdicts } from './verdict-file.ts';

const VERDICTS = [
  verdictOn('10.20.7.9'),
  verdictOn('10.20.7.10', {
    signature: 'ab',
    linkAddress: '02:00:5e:10:00:01',
    forgeableReasons: ['arp-conflict', 'address-changed'],
    caution: 'It may be a mail relay.',
  }),
];

describe('a file of verdicts', () => {
  it('is one object with a list, or one verdict a line; addresses are numbers or dotted quads', () => {
    const dotted = VERDICTS.map((each) => ({ ...each, source: formatIp(each.source), more: 1 }));
    for (const text of [
      JSON.stringify({ ok: true, verdicts: VERDICTS }),
      JSON.stringify({ verdicts: dotted }, null, 2),
      VERDICTS.map((each) => `${JSON.stringify(each)}\n`).join(''),
    ]) {
      expect(readVerdicts(text)).toEqual({ ok: true, value: VERDICTS });
    }
    expect(readVerdicts(JSON.stringify(VERDICTS[0]))).toEqual({ ok: true, value: [VERDICTS[0]] });
    expect(readVerdicts('{"verdicts": []}')).toEqual({ ok: true, value: [] });
  });

  it('is refused as a whole when one field of one verdict does not fit', () => {
    for (const [name, wrong] of Object.entries({
      id: '',
      source: '10.20.7',
      timeSeconds: -1,
      protocol: 'sctp',
      port: 65_536,
      scanRatePerSecond: 50,
      falsePositiveRate: 2,
      unforgeable: 1,
      caution: undefined,
      evidence: [{}],
    })) {
      const text = JSON.stringify({ verdicts: [VERDICTS[0], { ...VERDICTS[1], [name]: wrong }] });
      const reason = `Verdict 2 is not a verdict: its \`${name}\` is missing or of the wrong kind.`;
      expect(readVerdicts(text)).toEqual({ ok: false, reason });
    }
    expect(readVerdicts(`${JSON.stringify(VERDICTS[0])}\n{"id": \n`)).toEqual({
      ok: false,
      reason: 'Line 2 is not a JSON object.',
    });
  });

  it('names a station and known reasons, or is refused', () => {
    const macs = [
      '',
      '02:00:5e:10:00',
      '02-00-5e-10-00-01',
      '02:00:5E:10:00:01',
      '0200.5e10.0001',
      '2:0:5e:10:0:1',
    ];
    const groups = ['ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01', '00:00:00:00:00:00', '02:00:5e:10:00:01\n', 5];
    for (const wrong of [...macs, ...groups, undefined]) {
      expect(readVerdicts(JSON.stringify({ ...VERDICTS[0], linkAddress: wrong }))).toEqual({
        ok: false,
        reason: 'Verdict 1 is not a verdict: its `linkAddress` is missing or of the wrong kind.',
      });
    }
    for (const wrong of [undefined, null, '', 'arp-silent', ['no-such'], [null]]) {
      expect(readVerdicts(JSON.stringify({ ...VERDICTS[0], forgeableReasons: wrong }))).toEqual({
        ok: false,
        reason: 'Verdict 1 is not a verdict: its `forgeableReasons` is missing or of the wrong kind.',
      });
    }
  });

  it('may be anything without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => readVerdicts(text)).not.toThrow();
      }),
    );
  });
});
