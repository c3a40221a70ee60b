/** Contacts of an outbreak with a honeynet, contact by contact: each infected host draws its own, one after the other. */
import { engineNamed, type Outbreak } from '@wormwood/epidemic';
import { exponential, randomStreams } from '@wormwood/base';
import { checkScenario } from '@wormwood/files/scenario';
import type { SeenContact } from './contact-log.ts';

/** Returns the outbreak of a scenario in a space of 2^16 addresses. */
export function outbreakOf({
  vulnerable,
  infected,
  scanRate,
  minutes,
}: {
  readonly vulnerable: number;
  readonly infected: number;
  readonly scanRate: string;
  readonly minutes: number;
}): Outbreak {
  const text =
    `version: 1\nduration: ${minutes}min\nspace: 2^16\nsample: 1s\nworm: { scanRate: ${scanRate} }\n` +
    `population: { vulnerable: ${vulnerable}, infected: ${infected} }\n`;
  const check = checkScenario(text, 'truth.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return check.outbreak;
}

/** A run of `hosts`: when each host was infected, and every contact with the honeypots until the end, in order of time. */
export function contactsOf(
  outbreak: Outbreak,
  {
    honeypots,
    seed,
    replicate,
  }: { readonly honeypots: number; readonly seed: string; readonly replicate: number },
): { readonly contacts: readonly SeenContact[]; readonly infectedSeconds: readonly number[] } {
  const streams = randomStreams(seed);
  const { trajectory } = engineNamed('hosts').run(outbreak, { streams, replicate });
  const draw = streams.stream('test/contacts', replicate);
  const rate = (outbreak.worm.scanRatePerSecond * honeypots) / outbreak.addressSpaceSize;
  const infectedSeconds: number[] = [];
  let ever = 0;
  trajectory.time.forEach((time, row) => {
    const now = outbreak.population.vulnerable - (trajectory.susceptible[row] ?? 0);
    for (; ever < now; ever++) infectedSeconds.push(row === 0 ? 0 : time - draw.nextDouble());
  });
  const contacts = infectedSeconds.flatMap((start, source) => {
    const made: SeenContact[] = [];
    for (
      let at = start + exponential(draw) / rate;
      at < outbreak.durationSeconds;
      at += exponential(draw) / rate
    )
      made.push({ timeSeconds: at, source, destination: draw.nextBelow(2 ** 30) });
    return made;
  });
  return { contacts: contacts.toSorted((a, b) => a.timeSeconds - b.timeSeconds), infectedSeconds };
}
