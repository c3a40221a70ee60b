/** A small scenario for the tests of `sim run`, and how they run it. */
import type { ResultDocument } from '@wormwood/report';
import { wormwoodInProcess } from '../in-process-test-support.ts';
import type { Ended } from '../spawn-test-support.ts';

export const SMALL = `
version: 1
name: small
duration: 10min
space: 2^16
population: { vulnerable: 2000, infected: 20 }
worm: { scanRate: 2/s }
defenses: [{ kind: honeypots, count: 1500, start: 1min, delay: 2s }]
sample: 10s
`;

/** Runs `sim run` with the scenario on standard input. */
export function run(args: readonly string[], input: string = SMALL): Promise<Ended> {
  return wormwoodInProcess(['sim', 'run', '-', ...args], { input });
}

/** Returns the result that was printed. */
export function parse({ stdout }: Ended): ResultDocument {
  return JSON.parse(stdout) as ResultDocument;
}
