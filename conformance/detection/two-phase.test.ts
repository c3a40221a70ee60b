// Two-phase scans by the name of the evidence: of one host, of a bot and its loader, and of nobody else, by both doors.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStreams } from '@wormwood/base';
import { createDetector, type Detector, EventObserver } from '@wormwood/defense';
import { IpSet, Ipv6Set, parseIp } from '@wormwood/wire';
import { afterAll, expect, it } from 'vitest';
import { classes } from './classes.ts';
import { detectCapture, detectEvents, type Findings } from './doors.ts';
import { generate } from './generate.ts';
import { contactAtRandom, uniformContactRate, zmapLook } from './scanners/scanning.ts';
import type { Sender } from './sender.ts';
import type { Telescope } from './telescope.ts';
import type { TrafficClass } from './traffic-class.ts';

const MILLISECONDS = 300_000;
const SOURCES = 4;
const NAMES: ReadonlySet<string> = new Set([
  'two-phase',
  'mirai-like',
  'research-zmap',
  'research-masscan',
  'uniform-1000',
  'delivers-payload',
]);
const SEED = process.env['WORMWOOD_SEED'] ?? '1';

const directory = mkdtempSync(join(tmpdir(), 'wormwood-two-phase-'));
afterAll(() => rmSync(directory, { recursive: true }));

const scanner = { side: 'scanner', kind: 'scanning', about: '', origin: null } as const;

/** Bots that find honeypots with stateless SYNs, each with a loader that connects to them some minutes later. */
function pairs(): readonly TrafficClass[] {
  const loaders: Sender[] = [];
  let bots = 0;
  const find = (sender: Sender): void => {
    const number = bots++ % SOURCES;
    sender.look = zmapLook(sender);
    contactAtRandom(sender, uniformContactRate(sender.telescope, 2000), (destination) => {
      sender.syn(sender.ends(destination, 23));
      if (!sender.telescope.isHoneypot(destination)) return;
      const wait = sender.between(5, 590);
      sender.after(wait, () => loaders[number]?.connect({ destination, port: 23 }));
    });
  };
  return [
    // All loaders are there before the first bot begins to scan.
    { ...scanner, name: 'loader', begin: (sender) => void loaders.push(sender) },
    { ...scanner, name: 'bot', begin: (sender) => sender.after(8 * 86_400, () => find(sender)) },
  ];
}

function named({ verdicts }: Findings): readonly string[] {
  const found = verdicts.filter(({ evidence = [] }) =>
    evidence.some(({ detector }) => detector === 'two-phase-scan'),
  );
  return [...new Set(found.map(({ source }) => source))].toSorted();
}

/** A detector that has taken in all events of a telescope. */
function detectorAfter(events: string, { addresses }: Telescope): Detector {
  const monitored = new IpSet(addresses, Ipv6Set.empty);
  const observer = new EventObserver(monitored);
  const detector = createDetector({ streams: randomStreams('1'), monitored });
  const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
  for (const [index, text] of lines.entries()) {
    const reading = observer.read({ text, line: index + 1, file: events });
    if (reading.kind === 'observations') reading.observations.forEach((each) => detector.observe(each));
  }
  for (const each of observer.end()) detector.observe(each);
  return detector;
}

it(
  'are named, and what tools and systems do on their own is not',
  async () => {
    const some = classes.filter(({ name }) => NAMES.has(name));
    const options = { seed: SEED, prefixLength: 20, sourcesPerClass: SOURCES, directory } as const;
    const { capture, events, labels, telescope } = generate({ ...options, classes: [...some, ...pairs()] });
    const sourcesOf = (name: string): readonly string[] =>
      labels.filter((label) => label.class === name).map(({ source }) => source);
    const repeat = `repeated by: WORMWOOD_SEED=${SEED} npx vitest run conformance/detection/two-phase`;
    const byCapture = named(await detectCapture(capture, telescope));
    expect(named(await detectEvents(events)), repeat).toEqual(byCapture);
    const roles = ['loader', 'two-phase', 'bot'].map(sourcesOf);
    expect(byCapture.length, repeat).toBeGreaterThan(0);
    expect(roles.flat(), repeat).toEqual(expect.arrayContaining([...byCapture]));
    // A mark decides before the second phase, and a proven verdict names no evidence that can be forged.
    const detector = detectorAfter(events, telescope);
    for (const [source] of roles) {
      const address = parseIp(source!);
      const evidence = address.ok ? detector.explain(address.value).evidence : [];
      expect(
        evidence.map((each) => each.detector),
        `${source}: ${repeat}`,
      ).toContain('two-phase-scan');
    }
  },
  MILLISECONDS,
);
