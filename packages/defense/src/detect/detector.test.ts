import { AddressSet, formatIpv4, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import type { WordObservation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import { observation, scatteredDarkSpace, score } from './detect-test-support.ts';
import { createDetector } from './detector.ts';
import type { Detector } from './detector-contract.ts';
import { thresholdRandomWalk } from '../statistics/threshold-random-walk.ts';
import { syntheticTraffic } from './synthetic-traffic-test-support.ts';

const DAY = 86_400;
const streams = randomStreams('7');
const MONITORED = 2 ** -12;
const LIVE = AddressSet.fromCidrs([{ address: 0x0a000000, prefixLength: 16 }]);
const OUTSIDE = 0x08080808;
const SCANNER = 0x01020304;

/** 13.8 nats for a verdict: five contacts after the first one. */
function newDetector(options: { readonly live?: AddressSet } = {}): Detector {
  return createDetector({ test: 'trw', streams, monitored: MONITORED, falsePositiveRate: 1e-6, ...options });
}

/** Contacts to `count` dark addresses, a second apart, each followed by what `more` adds. */
function scan(
  from: number,
  count: number,
  more: readonly Partial<WordObservation>[] = [],
): WordObservation[] {
  return Array.from({ length: count }, (_, i) => {
    const contact = { source: from, destination: 0xc0000200 + i * 7919, timeSeconds: 100 + i };
    return [observation(contact), ...more.map((each) => observation({ ...contact, ...each }))];
  }).flat();
}

function verdictsOf(detector: Detector, observations: readonly WordObservation[]): Verdict[] {
  return observations.map((each) => detector.observe(each)).filter((verdict) => verdict !== null);
}

describe('verdict on dark contacts', () => {
  it('says since when, how fast, how surely, and on what it rests', () => {
    const [verdict, ...others] = verdictsOf(newDetector(), scan(SCANNER, 12));
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({
      source: SCANNER,
      sinceSeconds: 100,
      timeSeconds: 105,
      protocol: 'tcp',
      port: 445,
      signature: null,
      falsePositiveRate: 1e-6,
      missRate: 0.01,
      unforgeable: false,
    });
    // The fifth arrival after five seconds, on a 4096th of the space: limits of χ² with 10 degrees of freedom.
    expect(verdict?.contactsPerSecond.estimate).toBeCloseTo(4 / 5, 9);
    expect(verdict?.scanRatePerSecond?.estimate).toBeCloseTo(4096 * (4 / 5), 9);
    expect(verdict?.scanRatePerSecond?.low).toBeCloseTo(4096 * (3.247 / 2 / 5), -1);
    expect(verdict?.scanRatePerSecond?.high).toBeCloseTo(4096 * (20.483 / 2 / 5), -1);
    expect(verdict?.evidence).toMatchObject([
      { detector: 'dark-contacts', forgeable: true, figures: { addresses: 6, contacts: 6, seconds: 5 } },
    ]);
    expect(verdict?.evidence[0]?.text).toBe(
      'It reached 6 dark addresses in 5 s, mostly on tcp/445; an innocent host reaches another one every' +
        ' 22 h 45 min or less often.',
    );
  });

  it('is given again, under another name, once as many handshakes prove the address', () => {
    const verdicts = verdictsOf(newDetector(), [
      ...scan(SCANNER, 6),
      ...scan(SCANNER, 9, [{ kind: 'handshake' }]),
    ]);
    expect(verdicts.map(({ unforgeable }) => unforgeable)).toEqual([false, true]);
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(2);
    const proven = verdicts[1];
    expect(proven?.evidence.every(({ forgeable }) => !forgeable)).toBe(true);
    expect(proven?.evidence[0]).toMatchObject({ detector: 'handshakes', figures: { addresses: 6 } });
  });

  it('never rests on handshakes that are none', () => {
    const udp = scan(SCANNER, 50, [{ kind: 'handshake' }]).map((each): WordObservation =>
      Object.assign({}, each, { protocol: 'udp' }),
    );
    expect(verdictsOf(newDetector(), udp).map(({ unforgeable }) => unforgeable)).toEqual([false]);
  });

  it('is over after a long quiet; then the host is tested anew', () => {
    const detector = newDetector();
    const first = verdictsOf(detector, scan(SCANNER, 6));
    const later = scan(SCANNER, 6).map((each) =>
      Object.assign({}, each, { timeSeconds: each.timeSeconds + 2 * DAY }),
    );
    const second = verdictsOf(detector, later);
    expect([first.length, second.length]).toEqual([1, 1]);
    expect(second[0]?.sinceSeconds).toBe(100 + 2 * DAY);
    expect(second[0]?.id).not.toBe(first[0]?.id);
  });
});

describe('the address of a verdict', () => {
  const MAC = 0x02_00_5e_10_00_01;
  const handshakes = (more: (i: number) => Partial<WordObservation>): WordObservation[] =>
    scan(SCANNER, 9).map((each, i) => Object.assign({}, each, { kind: 'handshake' as const }, more(i)));
  const lastOf = (observations: readonly WordObservation[]): Verdict | undefined =>
    verdictsOf(newDetector(), observations).at(-1);

  it('is bound to the one machine on the link that completed the handshakes', () => {
    expect(lastOf(handshakes(() => ({ linkAddress: MAC })))).toMatchObject({
      unforgeable: true,
      linkAddress: '02:00:5e:10:00:01',
      forgeableReasons: [],
    });
    expect(lastOf(handshakes(() => ({})))).toMatchObject({
      unforgeable: true,
      linkAddress: null,
      forgeableReasons: [],
    });
  });

  it.each<[string, (i: number) => number | null]>([
    ['two machines', (i) => MAC + (i % 2)],
    ['one machine and a router', (i) => (i === 3 ? null : MAC)],
  ])('proves nothing when its handshakes came from %s', (_, linkAddressOf) => {
    const verdict = lastOf(handshakes((i) => ({ linkAddress: linkAddressOf(i) })));
    expect(verdict).toMatchObject({
      unforgeable: false,
      linkAddress: null,
      forgeableReasons: ['address-changed'],
    });
    expect(verdict?.evidence.every(({ forgeable }) => forgeable)).toBe(true);
    expect(verdict?.evidence[1]?.text).toContain(
      'but from several machines, so that they prove nothing about one.',
    );
  });

  it('says why handshakes did not count, and counts the others', () => {
    const forged = handshakes((i) => ({ forgeable: i % 2 === 0 ? 'arp-conflict' : 'proof-pending' }));
    const verdict = lastOf(forged);
    expect(verdict).toMatchObject({ unforgeable: false, forgeableReasons: ['arp-conflict'] });
    expect(verdict?.evidence.at(-1)?.text).toBe(
      'Handshakes under its address do not count: more than one machine on the link claims the address.',
    );
    const proven = handshakes((i) => ({ forgeable: i < 2 ? 'arp-silent' : null }));
    expect(lastOf(proven)).toMatchObject({ unforgeable: true, forgeableReasons: ['arp-silent'] });
    const pending = handshakes((i) => ({ forgeable: i < 2 ? 'proof-pending' : null }));
    expect(lastOf(pending)).toMatchObject({ unforgeable: true, forgeableReasons: [] });
    expect(lastOf(handshakes(() => ({ forgeable: 'proof-pending' })))).toMatchObject({
      unforgeable: false,
      forgeableReasons: ['proof-pending'],
    });
  });

  it('does not rest on what forged handshakes carried', () => {
    // 13.1 nats: four contacts after the first one give 12.0, a shared payload 1.6.
    const detector = createDetector({ test: 'trw', streams, monitored: MONITORED, falsePositiveRate: 2e-6 });
    // Six hosts send the same, so that it is shared; then the source completes five handshakes and sends it over another one.
    for (let source = 1; source <= 6; source++) {
      const sent = { source, kind: 'payload' as const, payloadHash: 'ab', payloadLength: 9, timeSeconds: 90 };
      detector.observe(observation({ ...sent, destination: 0xc0000000 + source }));
    }
    const own = handshakes(() => ({})).slice(0, 5);
    const sent = {
      source: SCANNER,
      kind: 'payload' as const,
      payloadHash: 'ab',
      payloadLength: 9,
      timeSeconds: 110,
    };
    const unproven = observation({ ...sent, forgeable: 'no-proof' });
    const verdicts = verdictsOf(detector, [...own, unproven]);
    expect(verdicts.map(({ unforgeable }) => unforgeable)).toEqual([false]);
    expect(verdictsOf(detector, [observation(sent)]).map(({ unforgeable }) => unforgeable)).toEqual([true]);
  });

  it('may be that of an innocent host that was lured, on the ports of the web and of mail', () => {
    expect(lastOf(handshakes(() => ({ destinationPort: 80 })))?.caution).toBe(
      'Most of it went to tcp/80, where a browser or a proxy can be lured by a stranger. If this host is one, or a gateway' +
        ' that translates the addresses of others, it belongs on the protected list of the scope file.',
    );
    expect(lastOf(handshakes(() => ({ destinationPort: 25 })))?.caution).toContain(
      'a mail relay can be lured',
    );
    expect(lastOf(handshakes((i) => ({ destinationPort: i % 3 === 0 ? 80 : 445 })))?.caution).toBeNull();
    expect(lastOf(handshakes(() => ({ destinationPort: 445 })))?.caution).toBeNull();
  });
});

describe('no verdict', () => {
  it('on backscatter, of however many destinations', () => {
    const detector = newDetector();
    const answers = scan(SCANNER, 500).map((each) =>
      Object.assign({}, each, { kind: 'backscatter' as const }),
    );
    expect(verdictsOf(detector, answers)).toEqual([]);
    expect(detector.status()).toMatchObject({ backscatter: 500, sources: 0 });
    expect(detector.explain(SCANNER).state).toBe('unknown');
  });

  it('on a host that calls one address and port, which is explained', () => {
    const detector = newDetector();
    const calls = Array.from({ length: 400 }, (_, i) => observation({ timeSeconds: i, source: SCANNER }));
    expect(verdictsOf(detector, calls)).toEqual([]);
    expect(detector.explain(SCANNER)).toMatchObject({
      state: 'misconfigured',
      sinceSeconds: 0,
      text:
        '1.2.3.4 is misconfigured rather than infected.' +
        ' It called one dark address 400 times and no other: misconfigured, not scanning.',
    });
  });

  it('on a host that tries all ports of one address', () => {
    const ports = Array.from({ length: 1000 }, (_, i) => observation({ timeSeconds: i, destinationPort: i }));
    expect(verdictsOf(newDetector(), ports)).toEqual([]);
  });
});

describe('content prevalence', () => {
  const payload = { kind: 'payload', payloadHash: 'ab'.repeat(32), payloadLength: 40 } as const;
  const handshake = { kind: 'handshake' } as const;

  /** The contacts that a source needs for its unforgeable verdict. */
  function contactsNeeded(
    detector: Detector,
    source: number,
    more: readonly Partial<WordObservation>[],
  ): number {
    const each = scan(source, 20, more);
    const at = each.findIndex((one) => detector.observe(one)?.unforgeable === true);
    return Math.floor(at / (1 + more.length)) + 1;
  }

  it('spares a contact when the payload is known from five sources, and names it', () => {
    const detector = newDetector();
    const needed = Array.from({ length: 12 }, (_, i) =>
      contactsNeeded(detector, 0x50000000 + i * 977, [handshake, payload]),
    );
    // 13.8 nats; 3.0 per contact after the first; 1.6 for a shared payload, −0.6 for one that is not.
    expect(needed[0]).toBe(6);
    expect(needed.at(-1)).toBe(6);
    const strict = { test: 'trw' as const, streams, monitored: MONITORED, falsePositiveRate: 5e-7 };
    const plain = contactsNeeded(createDetector(strict), SCANNER, [handshake]);
    const spreading = createDetector(strict);
    const last = Array.from({ length: 8 }, (_, i) =>
      contactsNeeded(spreading, 0x50000000 + i * 977, [handshake, payload]),
    ).at(-1);
    expect([plain, last]).toEqual([6, 6]);
    const explained = spreading.explain(0x50000000 + 7 * 977);
    expect(explained.text).toContain('sources sent to');
  });

  it('marks content that came over UDP as forgeable', () => {
    const detector = newDetector();
    const found = Array.from({ length: 9 }, (_, i) =>
      verdictsOf(
        detector,
        scan(0x50000000 + i * 977, 9, [payload]).map((each): WordObservation =>
          Object.assign({}, each, { protocol: 'udp' }),
        ),
      ),
    ).at(-1);
    expect(found).toHaveLength(1);
    expect(found?.[0]).toMatchObject({ unforgeable: false, signature: payload.payloadHash, protocol: 'udp' });
    const content = found?.[0]?.evidence.find(({ detector: name }) => name === 'content-prevalence');
    expect(content).toMatchObject({ forgeable: true });
  });
});

describe('with live addresses', () => {
  const host = 0x0a000102;

  it('traces an infection to the infected host that contacted it on the same port', () => {
    const detector = newDetector({ live: LIVE });
    verdictsOf(detector, scan(SCANNER, 8, [{ kind: 'handshake' }]));
    const reached = { source: SCANNER, destination: host, dark: false, timeSeconds: 130 };
    verdictsOf(detector, [
      observation(reached),
      observation({ ...reached, kind: 'handshake', timeSeconds: 131 }),
    ]);
    const later = scan(host, 8).map((each) =>
      Object.assign({}, each, { timeSeconds: each.timeSeconds + 100 }),
    );
    const [verdict] = verdictsOf(detector, later);
    const chain = verdict?.evidence.find(({ detector: name }) => name === 'infection-chain');
    expect(chain?.text).toBe(
      `${formatIpv4(SCANNER)}, itself judged infected, contacted it on tcp/445, the port it scans, 69 s earlier.`,
    );
    expect(chain?.figures).toMatchObject({ infector: SCANNER, seconds: 69 });
  });

  it('sees no chain in a contact by an innocent host, on another port, or without a handshake', () => {
    for (const given of [{ source: OUTSIDE }, { destinationPort: 80 }, { kind: 'contact' as const }]) {
      const detector = newDetector({ live: LIVE });
      verdictsOf(detector, scan(SCANNER, 8));
      const reached = { source: SCANNER, destination: host, dark: false, timeSeconds: 120 };
      detector.observe(observation({ ...reached, kind: 'handshake', ...given }));
      verdictsOf(
        detector,
        scan(host, 8).map((each) => Object.assign({}, each, { timeSeconds: each.timeSeconds + 100 })),
      );
      expect(detector.explain(host)).toMatchObject({ state: 'scanning' });
      expect(detector.explain(host).text).not.toContain('itself judged infected');
    }
  });

  it('judges clients as seldom as the walk computes, within the promise', () => {
    const rates = { falsePositiveRate: 0.02, missRate: 0.01 };
    const { dark } = scatteredDarkSpace(streams);
    const live = LIVE.difference(dark);
    const detector = createDetector({ test: 'trw', streams, monitored: dark, live, ...rates });
    const behavior = { kind: 'client', connectionsPerSecond: 0.05, successShare: 0.8 } as const;
    const groups = [{ label: 'client', sources: 2000, behavior }];
    score(detector, syntheticTraffic({ streams, dark, live, durationSeconds: 1500, groups }));
    const { verdicts, testsCleared } = detector.status();
    // Half of the false verdicts are the walk's to give: thresholds ±ln 99 and ±4 steps, as in the paper.
    const walk = thresholdRandomWalk({ falsePositiveRate: 0.01, missRate: 0.01 });
    expect(Math.ceil(walk.thresholds.upper / walk.failureStep)).toBe(4);
    const exact = 1 / (1 + 4 ** 4);
    const tests = verdicts + testsCleared;
    expect(tests).toBeGreaterThan(10_000);
    // Three binomial standard errors.
    expect(Math.abs(verdicts / tests - exact)).toBeLessThan(3 * Math.sqrt((exact * (1 - exact)) / tests));
  });

  it('judges a host whose contacts to live addresses fail, though it never touched dark space', () => {
    const detector = createDetector({
      test: 'trw',
      streams,
      monitored: MONITORED,
      live: LIVE,
      falsePositiveRate: 0.02,
    });
    const attempts = Array.from({ length: 8 }, (_, i) =>
      observation({ source: OUTSIDE, destination: 0x0a000000 + i, dark: false, timeSeconds: 5 * i }),
    );
    const [verdict, ...others] = verdictsOf(detector, attempts);
    expect(others).toEqual([]);
    // The fourth failure is known when the fifth attempt begins; the first one began at 0.
    expect(verdict).toMatchObject({ timeSeconds: 20, sinceSeconds: 0, unforgeable: false, port: 445 });
    expect(verdict?.evidence).toMatchObject([
      { detector: 'threshold-random-walk', forgeable: true, figures: { failures: 4, successes: 0 } },
    ]);
  });

  it('acquits a host whose contacts succeed', () => {
    const detector = newDetector({ live: LIVE });
    for (let i = 0; i < 50; i++) {
      const flow = { source: OUTSIDE, destination: 0x0a000000 + i, dark: false, timeSeconds: i };
      detector.observe(observation(flow));
      detector.observe(observation({ ...flow, kind: 'handshake', timeSeconds: i + 0.1 }));
    }
    expect(detector.status()).toMatchObject({ verdicts: 0 });
    expect(detector.status().testsCleared).toBeGreaterThan(10);
  });
});

describe('alarm', () => {
  it('is raised by the traffic of a growing outbreak, with its doubling time', () => {
    const { dark } = scatteredDarkSpace(streams);
    const detector = createDetector({ test: 'trw', streams, monitored: dark });
    const traffic = syntheticTraffic({
      streams,
      dark,
      durationSeconds: 3000,
      groups: [
        { label: 'background', sources: 6000, behavior: { kind: 'background' } },
        {
          label: 'worm',
          sources: 4000,
          behavior: {
            kind: 'scanner',
            pattern: { kind: 'uniform' },
            scanRatePerSecond: 20,
            protocol: 'tcp',
            port: 445,
            isAnswered: true,
            growth: { initially: 10, doublingSeconds: 240 },
          },
        },
      ],
    });
    score(detector, traffic);
    const alarm = detector.alarm();
    expect(alarm).toMatchObject({ protocol: 'tcp', port: 445 });
    const { low = 0, high = 0 } = alarm?.doublingSeconds ?? {};
    expect(low).toBeLessThan(240);
    expect(high).toBeGreaterThan(240);
    // All 4000 are infected after some 2100 s; the figures are those of the time before.
    expect(alarm?.hasSlowed).toBe(true);
    expect(alarm?.measuredSeconds).toBeLessThan(2400);
  });

  it('stays silent on background radiation', () => {
    const { dark } = scatteredDarkSpace(streams);
    const detector = createDetector({ test: 'trw', streams, monitored: dark });
    const groups = [{ label: 'background', sources: 30_000, behavior: { kind: 'background' } as const }];
    score(detector, syntheticTraffic({ streams, dark, durationSeconds: 6000, groups }));
    expect(detector.alarm()).toBeNull();
  });
});

describe('explanation', () => {
  it('returns nothing for a stranger or for what is not an address', () => {
    expect(newDetector().explain(OUTSIDE).text).toBe(
      '8.8.8.8 has left no trace here, or none that is still remembered.',
    );
    expect(newDetector().explain(-1).state).toBe('unknown');
  });

  it('reports what there is against a source that is watched', () => {
    const detector = newDetector();
    verdictsOf(detector, scan(SCANNER, 1));
    expect(detector.explain(SCANNER)).toMatchObject({
      state: 'watched',
      sinceSeconds: 100,
      text:
        '1.2.3.4 is watched; the evidence is not enough for a verdict. It reached one dark address in 0 s, on tcp/445;' +
        ' an innocent host reaches another one every 22 h 45 min or less often.',
    });
  });
});
