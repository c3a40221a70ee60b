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

/** Returns what disorder changes: a verdict on anybody created, or one silenced. `only`: names; null for all. */
export async function disorderHardships(
  seed: string,
  sourcesPerClass: number,
  only: readonly string[] | null = null,
): Promise<readonly Hardship[]> {
  return inDirectory(async (directory) => {
    const options = { seed, prefixLength: 20, classes, sourcesPerClass, directory } as const;
    const { capture, telescope } = generate(options);
    const orderly = await detectCapture(capture, telescope);
    const frames = readFrames(capture);
    const found: Hardship[] = [];
    for (const { name, about, losesEvidence, apply } of disorders) {
      if (only !== null && !only.includes(name)) continue;
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

/** Returns whether the trend alarm rings by either door, and whether it should. `only`: names; null for all. */
export async function rampHardships(
  seed: string,
  only: readonly string[] | null = null,
): Promise<readonly Hardship[]> {
  return inDirectory(async (directory) => {
    const found: Hardship[] = [];
    for (const ramp of ramps) {
      if (only !== null && !only.includes(ramp.name)) continue;
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

/** A crowd may cost so many of the scanners that are found without it. */
const CROWD_SHARE = 0.95;

/** Returns how many scanners are found among a million innocents a day on a /16, and how many when they come alone. */
export async function crowdHardship(seed: string, days: number, innocentsPerDay: number): Promise<Hardship> {
  return inDirectory(async (directory) => {
    const crowd = { telescope: new Telescope(16), seed, days, scanners: 200, scannerRate: 1 };
    const path = join(directory, 'crowd.pcap');
    const found = async (
      innocents: number,
    ): Promise<{ readonly judged: number; readonly others: number }> => {
      const scanners = writeCrowd(path, { ...crowd, innocentsPerDay: innocents });
      const kinds = kindsOf(await detectCapture(path, crowd.telescope));
      const judged = scanners.filter((scanner) => kinds.has(scanner)).length;
      return { judged, others: kinds.size - judged };
    };
    const [alone, inCrowd] = [await found(0), await found(innocentsPerDay)];
    const holds = alone.judged > 0 && inCrowd.judged >= CROWD_SHARE * alone.judged;
    const figures =
      `of ${crowd.scanners} scanners of 1/s in ${days} days ${alone.judged} found alone, ${inCrowd.judged} in the crowd, of which ` +
      `${inCrowd.others} were judged`;
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
