/** Captures in disorder, ramps and crowds, and what the detector makes of them: one line for each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classes } from './classes.ts';
import { writeCrowd } from './crowd.ts';
import { disorders, readFrames, writeFrames } from './disorder.ts';
import { detectCapture, detectEvents, type Findings } from './doors.ts';
import { generate, type Generated } from './generate.ts';
import { generateRamp, ramps } from './ramps.ts';
import { kindsOf } from './rows.ts';
import { Telescope } from './telescope.ts';
import { KINDS } from './traffic-class.ts';

export interface Hardship {
  readonly name: string;
  readonly about: string;
  readonly holds: boolean;
  readonly figures: string;
}

/** Returns what disorder changes: a verdict on anybody created, or one silenced. */
export async function disorderHardships(seed: string, sourcesPerClass: number): Promise<readonly Hardship[]> {
  return inDirectory(async (directory) => {
    const options = { seed, prefixLength: 20, classes, sourcesPerClass, directory } as const;
    const { capture, telescope } = generate(options);
    const orderly = await detectCapture(capture, telescope);
    const frames = readFrames(capture);
    const found: Hardship[] = [];
    for (const { name, about, losesEvidence, apply } of disorders) {
      const path = join(directory, `${name}.pcap`);
      writeFrames(path, apply(frames));
      const disorderly = await detectCapture(path, telescope);
      const { created, silenced } = difference(orderly, disorderly);
      const alarms = disorderly.alarm === null ? 0 : 1;
      const holds = created === 0 && (losesEvidence || silenced === 0) && alarms === 0;
      const figures = `of ${kindsOf(orderly).size} verdicts ${silenced} silenced, ${created} created, ${alarms} alarms`;
      found.push({ name, about, holds, figures });
    }
    return found;
  });
}

function difference(
  before: Findings,
  after: Findings,
): { readonly created: number; readonly silenced: number } {
  const [was, is] = [kindsOf(before), kindsOf(after)];
  let [created, silenced] = [0, 0];
  for (const source of new Set([...was.keys(), ...is.keys()])) {
    const step = KINDS.indexOf(is.get(source) ?? 'contact') - KINDS.indexOf(was.get(source) ?? 'contact');
    if (step > 0) created++;
    if (step < 0) silenced++;
  }
  return { created, silenced };
}

/** Returns whether the trend alarm rings by either door, and whether it should. */
export async function rampHardships(seed: string): Promise<readonly Hardship[]> {
  return inDirectory(async (directory) => {
    const found: Hardship[] = [];
    for (const ramp of ramps) {
      const { capture, events, telescope }: Pick<Generated, 'capture' | 'events' | 'telescope'> =
        generateRamp(ramp, seed, directory);
      const findings = [await detectCapture(capture, telescope), await detectEvents(events)];
      const rings = findings.map(({ alarm }) => alarm !== null);
      const holds = rings.every((each) => each === ramp.isWorm);
      const [byCapture, byEvents] = rings.map((each) => (each ? 'alarm' : 'no alarm'));
      found.push({
        name: ramp.name,
        about: ramp.about,
        holds,
        figures: `capture: ${byCapture}, events: ${byEvents}`,
      });
    }
    return found;
  });
}

/** Returns how many scanners are found among a million innocents a day on a /16. */
export async function crowdHardship(seed: string, days: number, innocentsPerDay: number): Promise<Hardship> {
  return inDirectory(async (directory) => {
    const telescope = new Telescope(16);
    const path = join(directory, 'crowd.pcap');
    const crowd = { telescope, seed, days, innocentsPerDay, scanners: 100, scannerRate: 1 };
    const scanners = writeCrowd(path, crowd);
    const findings = await detectCapture(path, telescope);
    const kinds = kindsOf(findings);
    const judged = scanners.filter((scanner) => kinds.has(scanner)).length;
    const others = kinds.size - judged;
    // The others' rate of false verdicts is the table's matter; here it only must not hide the scanners.
    const holds = judged >= 95;
    const figures = `${judged} of ${scanners.length} scanners of 1/s found in ${days} days, ${others} others judged; status ${JSON.stringify(findings.status)}`;
    return {
      name: 'crowd',
      about: `${innocentsPerDay} innocent sources a day, each heard once.`,
      holds,
      figures,
    };
  });
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-hardship-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
