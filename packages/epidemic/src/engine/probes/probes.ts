/**
 * The engine `probes`: every probe is drawn, over the whole address space. It takes nothing for granted that `hosts`
 * derives, and so is its oracle: which probes hit is left to arithmetic.
 *
 * Time is exact without ticks. With A hosts scanning and w = Σ C_g/δ_g, probes and immunizations of contacted hosts
 * together form a Poisson process of rate sA + w, of whose events each is an immunization with probability w/(sA + w). Up
 * to the next event that can change something there are n events (a geometric draw says where the next immunization
 * stands, the table where the next probe that reaches something does), so it comes after a Gamma(n) time over the rate.
 * Should that pass a moment when the rules change, of the n − 1 events before it each fell before that moment with the
 * fraction of time that it is (a binomial draw); those probes have been sent and hit nothing, the others are still to be
 * sent, and their targets, which do not depend on when they are sent, are kept.
 *
 * A probe that reaches something was sent by any of the hosts that scan with equal chance: they all scan alike.
 *
 * When it is the quick one: never; it costs a few nanoseconds a probe.
 */
import { binomial, exponential, gamma, log1p, poisson, type RandomStream } from '@wormwood/base';
import { countermeasureObstacles } from '../../outbreak/countermeasure.ts';
import type { Engine, RunControl } from '../engine.ts';
import { detectorObstacles } from '../individual/honeypot-contacts.ts';
import { followHosts } from '../individual/follow-hosts.ts';
import type { ScanSetup } from '../individual/scan-setup.ts';
import type { Scanning } from '../individual/scanning.ts';
import { withoutIdleMeasures } from '../../outbreak/idle-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { isPlain } from '../../outbreak/plain-outbreak.ts';
import { placementObstacles, placePopulation, PLACEMENT_STREAM } from '../../placement/place-population.ts';
import { scanObstacles } from '../../scan/scan-of.ts';
import { EachProbe } from './each-probe.ts';
import { Ledger } from './ledger.ts';
import { buildLookUp } from './look-up.ts';
import { PopulationState } from './population-state.ts';
import { ProbeSource } from './probe-source.ts';

/** Offsets in the space are words of 32 bits. */
const SPACE_MAX = 2 ** 32;
/** Steps between two looks at the control: a few milliseconds. */
const STEPS_PER_LOOK = 64;

export const probes: Engine = {
  name: 'probes',
  random: true,
  unsupported: (given) => {
    const outbreak = withoutIdleMeasures(given);
    return [
      ...countermeasureObstacles(outbreak),
      ...scanObstacles(outbreak),
      ...placementObstacles(outbreak),
      ...detectorObstacles(outbreak),
      ...(isPlain(outbreak) ? tooLargeSpace(outbreak) : []),
    ];
  },
  run(given, randomness, control) {
    const outbreak = withoutIdleMeasures(given);
    if (!isPlain(outbreak)) {
      const scanningOf = ({ scan, shares, placed, weights }: ScanSetup): Scanning =>
        new EachProbe(scan, shares, placed, weights);
      return followHosts('probes', outbreak, randomness, { control, scanningOf });
    }
    const { streams, replicate } = randomness;
    const placed = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, replicate));
    const stream = streams.stream('probes', replicate);
    const source = new ProbeSource(
      buildLookUp(outbreak, placed),
      streams.stream('probes/targets', replicate),
    );
    const population = new PopulationState(outbreak);
    const ledger = new Ledger(outbreak, population);
    const partial = followProbes({ outbreak, source, population, ledger, stream }, control);
    const run = ledger.finish('probes', partial);
    if (control?.keepInfections !== true) return run;
    return { ...run, infections: population.infections(placed.hostAddress) };
  },
};

function tooLargeSpace({ addressSpaceSize }: Outbreak): readonly string[] {
  if (addressSpaceSize <= SPACE_MAX) return [];
  return [
    `The engine probes draws addresses of up to 32 bits, not of ${addressSpaceSize} addresses; hosts has no such limit.`,
  ];
}

interface Following {
  readonly outbreak: Outbreak;
  readonly source: ProbeSource;
  readonly population: PopulationState;
  readonly ledger: Ledger;
  readonly stream: RandomStream;
}

/** Sends probes until the outbreak's end; returns whether the control stopped it before. */
function followProbes(following: Following, control: RunControl | undefined): boolean {
  const { outbreak, population, ledger } = following;
  let untilLook = STEPS_PER_LOOK;
  while (ledger.timeSeconds < outbreak.durationSeconds) {
    ledger.startDueGroups();
    if (population.susceptible === 0 && outbreak.honeypots.length === 0) {
      sendIdly(following);
      break;
    }
    if (population.active === 0 || outbreak.worm.scanRatePerSecond === 0) {
      // Nothing is sent; what waits for its immunization may still come, and without scanning changes no other host.
      if (population.waiting === 0) {
        ledger.moveTo(ledger.nextChangeSeconds());
        continue;
      }
    }
    step(following);
    if (--untilLook > 0) continue;
    untilLook = STEPS_PER_LOOK;
    control?.progress(ledger.timeSeconds);
    if (control?.shouldStop() === true) return true;
  }
  control?.progress(outbreak.durationSeconds);
  return false;
}

/** Nobody is left to infect and nothing listens: of the probes still to come only their number is drawn. */
function sendIdly({ outbreak, population, ledger, stream }: Following): void {
  const { durationSeconds, worm } = outbreak;
  const remaining = durationSeconds - ledger.timeSeconds;
  ledger.probes += poisson(stream, worm.scanRatePerSecond * population.active * remaining);
  ledger.moveTo(durationSeconds);
}

/** Goes on to the next event that may change something, to the end of the block of probes, or to a change of the rules. */
function step({ outbreak, source, population, ledger, stream }: Following): void {
  const probeRate = outbreak.worm.scanRatePerSecond * population.active;
  const recoveryRate = ledger.recoveryRatePerSecond();
  const rate = probeRate + recoveryRate;
  const untilImmunized =
    recoveryRate > 0 ? drawProbesBefore(probeRate, recoveryRate, stream) : Number.POSITIVE_INFINITY;
  const ahead = nextEffectiveHit(source, ledger);
  const place = ahead < 0 ? source.probesInBlock() : source.placeOfHit(ahead);
  const isImmunization = untilImmunized < place;
  const events = isImmunization ? untilImmunized + 1 : place;
  const elapsed = gamma(stream, events) / rate;
  const change = ledger.nextChangeSeconds();
  if (ledger.timeSeconds + elapsed >= change) {
    const sent = binomial(stream, events - 1, Math.min(1, (change - ledger.timeSeconds) / elapsed));
    ledger.probes += sent;
    source.skip(sent);
    ledger.moveTo(change);
    return;
  }
  ledger.moveTo(ledger.timeSeconds + elapsed);
  if (isImmunization) {
    ledger.probes += untilImmunized;
    source.skip(untilImmunized);
    ledger.immunizeOne(stream);
    return;
  }
  ledger.probes += place;
  const what = ahead < 0 ? -1 : source.hit(ahead);
  source.skip(place);
  if (what >= 0) ledger.receiveProbe(what, stream);
}

/** How many probes are sent before the next immunization of a host that waits: geometric. */
function drawProbesBefore(probeRate: number, recoveryRate: number, stream: RandomStream): number {
  if (probeRate === 0) return 0;
  // P(at least k probes first) = (1 − p)^k with p the chance that an event is an immunization.
  const probability = recoveryRate / (probeRate + recoveryRate);
  return Math.floor(exponential(stream) / -log1p(-probability));
}

/** The first probe of the block that can change anything as things are; −1 when there is none. */
function nextEffectiveHit(source: ProbeSource, ledger: Ledger): number {
  source.probesInBlock();
  for (let ahead = 0; source.placeOfHit(ahead) > 0; ahead++) {
    if (ledger.matters(source.hit(ahead))) return ahead;
  }
  return -1;
}
