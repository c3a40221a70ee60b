import { AddressSet, parseCidr, randomStreams } from '@wormwood/base';
import { createDetector, type Observation } from '@wormwood/defense';
import { expect, test } from 'vitest';
import { contactsOf, outbreakOf } from './contacts-test-support.ts';
import { OutbreakWatch, sightingOf } from './outbreak-watch.ts';

const SPACE = 2 ** 16;
const prefix = parseCidr('10.64.0.0/19');
if (!prefix.ok) throw new Error(prefix.reason);
const honeypots = AddressSet.fromCidrs([prefix.value]);
const outbreak = outbreakOf({ vulnerable: 20_000, infected: 10, scanRate: '0.2/s', minutes: 3 });
const { contacts } = contactsOf(outbreak, { honeypots: honeypots.size, seed: '7', replicate: 0 });

/** A watch that has seen the outbreak until a time, and a source at another port before it. */
function watchUntil(seconds: number, sourcesMax?: number): OutbreakWatch {
  const detector = createDetector({ test: 'trw', streams: randomStreams('1'), monitored: honeypots });
  const watch = new OutbreakWatch({ detector, honeypots, ...(sourcesMax !== undefined && { sourcesMax }) });
  const observe = (timeSeconds: number, source: number, destination: number, port: number): void => {
    const observation: Observation = {
      kind: 'contact',
      timeSeconds,
      source,
      destination: honeypots.at(destination % honeypots.size),
      protocol: 'tcp',
      sourcePort: 40_000,
      destinationPort: port,
      payloadHash: null,
      payloadLength: 0,
      dark: true,
      linkAddress: null,
      forgeable: null,
    };
    watch.take(observation);
  };
  observe(-60, 9, 1, 80);
  for (const { timeSeconds, source, destination } of contacts)
    if (timeSeconds <= seconds) observe(timeSeconds, 1000 + source, destination, 445);
  return watch;
}

test('a standing alarm is fitted, in the page or here, and no alarm is a sentence', () => {
  expect(watchUntil(5).sighting(SPACE, undefined)).toMatch(/^No alarm/);
  const watch = watchUntil(100);
  const sighting = watch.sighting(SPACE, undefined);
  const alarmed = watch.alarmed(undefined);
  if (typeof sighting === 'string' || typeof alarmed === 'string') throw new Error('no sighting');
  expect(sighting.alarm.port).toBe(445);
  // What is fitted elsewhere goes there as a copy.
  const copy = structuredClone(alarmed);
  expect(sightingOf(copy, { honeypots: honeypots.size, addressSpaceSize: SPACE })).toEqual(sighting);
});

test('with little room it forgets old sources, and says so once it has forgotten some of the surge', () => {
  const all = watchUntil(100);
  const seen = all.seenBy('tcp/445', -Infinity, [100])[0] ?? 0;
  const roomy = watchUntil(100, seen + 10);
  expect(roomy.sighting(SPACE, undefined)).toEqual(all.sighting(SPACE, undefined));
  const narrow = watchUntil(100, 100);
  const left = narrow.seenBy('tcp/445', -Infinity, [100])[0] ?? 0;
  expect(left).toBeGreaterThan(49);
  expect(left).toBeLessThanOrEqual(100);
  expect(narrow.sighting(SPACE, undefined)).toBe(
    'More than 100 sources came, and the first of this surge are forgotten here.',
  );
});

test('contacts over IPv6 are counted, left out of the fit, and change nothing in it', () => {
  const [plain, mixed] = [watchUntil(100), watchUntil(100)];
  const documentation = 0x2001_0db8n << 96n;
  const observation: Observation = {
    kind: 'contact',
    timeSeconds: 50,
    source: documentation + 1n,
    destination: documentation + 7n,
    protocol: 'tcp',
    sourcePort: 40_000,
    destinationPort: 445,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
  };
  mixed.take(observation);
  mixed.take({ ...observation, dark: false });
  expect([plain.ipv6Contacts, mixed.ipv6Contacts]).toEqual([0, 1]);
  const [before, after] = [plain, mixed].map((watch) => watch.sighting(SPACE, undefined));
  if (typeof before !== 'object' || typeof after !== 'object') throw new Error('no sighting');
  expect(after.fit).toEqual(before.fit);
  expect(after.ipv6Contacts).toBe(1);
});
