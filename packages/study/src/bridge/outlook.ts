/**
 * What comes after now, from what the honeypots saw: runs that begin with the hosts infected now, seen and unseen, each with
 * rates of its own drawn from what the contacts say. The same draws and the same random numbers serve every arm, so that
 * arms differ by their measures and not by chance.
 */
import { binomial, exp, expm1, normal, type RandomStreams } from '@wormwood/base';
import type { ChunkRequest, Outbreak, RunChunk } from '@wormwood/epidemic';
import { type Band, bandOf, engineFor, quantile } from '../fit/forecast.ts';
import { drawPoints } from '../fit/plane.ts';
import type { ContactFit, Honeynet } from './contact-fit.ts';
import type { ContactSeries } from './contact-log.ts';
import { filterContacts } from './unseen-hosts.ts';

/** What is done from now on. */
export interface Measures {
  /** Honeypots, the present ones included. */
  readonly honeypots: number;
  /** Mean time from the contact that counts to the immunization; undefined: nobody acts on contacts. */
  readonly responseSeconds: number | undefined;
  /** Share of the worm's probes that filters drop. */
  readonly filterCoverage: number;
}

/** A state of the outbreak now that the contacts leave possible. */
export interface PresentState {
  readonly ratePerSecond: number;
  readonly vulnerable: number;
  readonly scanRatePerSecond: number;
  /** Infected hosts that no honeypot has seen. */
  readonly unseen: number;
  /** Sources seen, and those of them that still scan. */
  readonly seen: number;
  readonly active: number;
}

/** What comes under some measures, as bands of all runs. */
export interface Arm {
  readonly everInfected: Band;
  readonly infected: Band;
  /** Different sources at the present honeypots, those seen before included. */
  readonly sources: Band;
  /** At the end, in each run: hosts ever infected. */
  readonly everAtEnd: readonly number[];
}

/** Moments that an outlook is given for. */
const SAMPLES = 60;

/** Draws states of the outbreak now. */
export function presentStates(
  {
    series,
    honeynet,
    fit,
  }: { readonly series: ContactSeries; readonly honeynet: Honeynet; readonly fit: ContactFit },
  draws: number,
  streams: RandomStreams,
): readonly PresentState[] {
  const stream = streams.stream('outlook/state');
  const share = honeynet.honeypots / honeynet.addressSpaceSize;
  return drawPoints(fit.posterior, draws, stream).map(({ ratePerSecond, vulnerable }) => {
    const scanRatePerSecond = (ratePerSecond * honeynet.addressSpaceSize) / vulnerable;
    const found = filterContacts(series, {
      ratePerSecond,
      vulnerable,
      contactsPerSecond: scanRatePerSecond * share,
    });
    const drawn = found.unseen + normal(stream) * Math.sqrt(found.unseenVariance);
    const seen = Math.round(found.seen);
    return {
      ratePerSecond,
      vulnerable: Math.max(Math.round(vulnerable), seen),
      scanRatePerSecond,
      unseen: Math.round(Math.min(Math.max(0, drawn), Math.max(0, vulnerable - seen))),
      seen,
      active: Math.min(seen, Math.round(series.active.at(-1) ?? 0)),
    };
  });
}

/** What is asked of an outlook. */
export interface OutlookQuestion {
  readonly honeynet: Honeynet;
  readonly states: readonly PresentState[];
  readonly measures: Measures;
  /** Contacts of a host until a response begins. */
  readonly contacts: number;
  readonly horizonSeconds: number;
  readonly seed: string;
}

/** Returns a run for each state, to be computed anywhere; `armOf` puts their results together. */
export function outlookRuns({
  honeynet: { addressSpaceSize },
  states,
  measures,
  contacts,
  horizonSeconds,
  seed,
}: OutlookQuestion): readonly ChunkRequest[] {
  const { honeypots, responseSeconds, filterCoverage } = measures;
  const start = { kind: 'time', timeSeconds: 0 } as const;
  return states.map(({ vulnerable, scanRatePerSecond, unseen, seen, active }, index): ChunkRequest => {
    const infected = Math.max(1, unseen + active);
    const outbreak: Outbreak = {
      addressSpaceSize,
      firstAddress: 0,
      population: { vulnerable: Math.max(infected, vulnerable - (seen - active)), infected },
      worm: { scanRatePerSecond, strategy: { kind: 'uniform' } },
      honeypots:
        responseSeconds === undefined
          ? []
          : [
              {
                kind: 'honeypots',
                // Honeypots take unused addresses alone.
                count: Math.min(honeypots, addressSpaceSize - vulnerable),
                start,
                delaySeconds: responseSeconds,
                success: 1,
                placement: 'scattered',
                ...(contacts > 1 && { contacts }),
              },
            ],
      countermeasures: filterCoverage > 0 ? [{ kind: 'filter', coverage: filterCoverage, start }] : [],
      durationSeconds: horizonSeconds,
      sampleSeconds: horizonSeconds / SAMPLES,
    };
    return { outbreak, engine: engineFor(outbreak), seed, first: index, count: 1 };
  });
}

/** Returns what the runs of an arm came to, with the sources that the present honeypots will have seen. */
export function armOf(
  { states, honeynet }: OutlookQuestion,
  chunks: readonly RunChunk[],
  streams: RandomStreams,
): Arm {
  const runs = chunks.map((chunk, run) => {
    const state = states[run]!;
    const first = (chunk.susceptible[0] ?? 0) + (chunk.infected[0] ?? 0);
    const immunized = state.seen - state.active;
    const ever = Array.from(chunk.susceptible, (susceptible) => immunized + first - susceptible);
    const contactsPerSecond = (state.scanRatePerSecond * honeynet.honeypots) / honeynet.addressSpaceSize;
    const stream = streams.stream('outlook/seen', run);
    return {
      ever,
      infected: Array.from(chunk.infected),
      sources: sourcesOf(state, ever, chunk.time, contactsPerSecond, stream),
    };
  });
  const column = (of: 'ever' | 'infected' | 'sources'): Band =>
    bandOf(Array.from(chunks[0]?.time ?? [], (_, row) => runs.map((run) => run[of][row] ?? NaN)));
  return {
    everInfected: column('ever'),
    infected: column('infected'),
    sources: column('sources'),
    everAtEnd: runs.map(({ ever }) => ever.at(-1) ?? NaN),
  };
}

/** Hosts make their first contact at their own rate, whatever else is done: what immunizes them comes after it. */
function sourcesOf(
  { unseen, seen }: PresentState,
  ever: readonly number[],
  time: ArrayLike<number>,
  contactsPerSecond: number,
  stream: Parameters<typeof binomial>[0],
): readonly number[] {
  let [left, sources] = [unseen, seen];
  return ever.map((hosts, row) => {
    if (row === 0) return sources;
    const arrived = Math.max(0, hosts - (ever[row - 1] ?? 0));
    const contacts = contactsPerSecond * ((time[row] ?? 0) - (time[row - 1] ?? 0));
    const old = binomial(stream, left, 1 - exp(-contacts));
    const late = binomial(stream, arrived, contacts > 0 ? Math.max(0, 1 + expm1(-contacts) / contacts) : 0);
    left += arrived - old - late;
    sources += old + late;
    return sources;
  });
}

/** The hosts that an arm spares beside another at the end: of ten runs, what eight lie between. */
export function sparedBy(
  arm: Arm,
  beside: Arm,
): { readonly q10: number; readonly q50: number; readonly q90: number } {
  const spared = arm.everAtEnd
    .map((hosts, run) => (beside.everAtEnd[run] ?? NaN) - hosts)
    .toSorted((a, b) => a - b);
  return { q10: quantile(spared, 0.1), q50: quantile(spared, 0.5), q90: quantile(spared, 0.9) };
}
