/** Why the mean field of groups cannot run an outbreak. */
import { countermeasureObstacles } from '../../outbreak/countermeasure.ts';
import { stagesOf } from '../../dynamics/delay-stages.ts';
import { detectorsOf } from '../../dynamics/detectors.ts';
import { tableObstacles } from '../../dynamics/transitions.ts';
import { hostMeasuresOf } from '../../dynamics/host-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { clusterObstacles } from '../../placement/place-clusters.ts';
import { scanObstacles } from '../../scan/scan-of.ts';
import { type GroupSetup, groupSetup } from './group-setup.ts';
import { asUniform } from './one-group.ts';
import { networksTouched } from '../../reach/populated-networks.ts';
import type { LocalPreferenceScan } from '../../outbreak/scan-strategy.ts';

const SLASH16 = 2 ** 16;
/** Every two cells are looked at in each step. */
const RANGES_MAX = 256;
const POPULATED_NETWORKS_MAX = 2 ** 20;
/** A dark block makes no difference to its own network when that is no larger a part of the space. */
const DARK_NETWORK_MAX = 1 / 20;
/** Steps are about a third of the shortest time constant; so many components of the state a run takes some seconds. */
const COMPONENTS_OF_STEPS_MAX = 1e8;

/** Returns the reasons, one sentence each, why the outbreak has no mean field of groups; empty when it has. */
export function groupObstacles(outbreak: Outbreak): readonly string[] {
  const obstacles = modelObstacles(outbreak);
  return obstacles.length > 0 || asUniform(outbreak) ? obstacles : tooStiff(groupSetup(outbreak));
}

/** Returns the groups of an outbreak; null where there is no mean field of groups. */
export function groupSetupIfAny(outbreak: Outbreak): GroupSetup | null {
  if (modelObstacles(outbreak).length > 0) return null;
  const setup = groupSetup(outbreak);
  const isRun = asUniform(outbreak, setup.reach) !== null || tooStiff(setup).length === 0;
  return isRun ? setup : null;
}

/** Returns what the equations leave out, however long they would take. */
function modelObstacles(outbreak: Outbreak): readonly string[] {
  const { strategy } = outbreak.worm;
  const last = strategy.kind === 'hitlist' ? strategy.then : strategy;
  switch (last.kind) {
    case 'sequential':
    case 'permutation':
    case 'short-cycles':
    case 'topological':
      return [
        `The mean field has no equations for the strategy ${last.kind}, where a probe depends on those before or on ` +
          `who sends it; the engines hosts and probes follow each host.`,
      ];
    default:
  }
  const obstacles = [
    ...countermeasureObstacles(outbreak),
    ...scanObstacles(outbreak),
    ...tableObstacles('ode', outbreak),
  ];
  if (last.kind !== 'uniform' && last.kind !== 'coverage-hole') {
    obstacles.push(...clusterObstacles(outbreak), ...tooManyNetworks(outbreak));
  }
  if (last.kind === 'local') obstacles.push(...localObstacles(outbreak, last));
  if (last.kind === 'local' && (last.around?.probability ?? 0) > 0) {
    obstacles.push(
      'The mean field has no equations for probes close to the sender, where each host has neighbors of its own; the ' +
        'engines hosts and probes follow each host.',
    );
  }
  return obstacles;
}

function tooManyNetworks({ population: { placement }, honeypots }: Outbreak): readonly string[] {
  if (placement?.kind !== 'ranges' || honeypots.every((defense) => defense.placement !== 'populated'))
    return [];
  const networks = networksTouched(placement);
  if (networks <= POPULATED_NETWORKS_MAX) return [];
  return [
    `The ranges of hosts hold ${networks} networks of ${SLASH16} addresses, more than the ${POPULATED_NETWORKS_MAX} ` +
      `that the mean field can look at for honeypots in populated networks.`,
  ];
}

function localObstacles(outbreak: Outbreak, { levels }: LocalPreferenceScan): readonly string[] {
  const { population, honeypots, addressSpaceSize, firstAddress } = outbreak;
  const { placement } = population;
  const obstacles: string[] = [];
  if (placement?.kind === 'ranges' && placement.ranges.length > RANGES_MAX) {
    obstacles.push(
      `With local preference the mean field takes at most ${RANGES_MAX} ranges of hosts, not ${placement.ranges.length}.`,
    );
  }
  const placed = new Set(honeypots.map((defense) => defense.placement));
  const sizes = placement?.kind === 'clustered' ? placement.levels.map((level) => level.networkSize) : [];
  if (placed.has('populated')) sizes.push(SLASH16);
  for (const { networkSize, probability } of levels) {
    if (probability === 0 || networkSize >= addressSpaceSize) continue;
    const isNested = sizes.every((size) => networkSize % size === 0 || size % networkSize === 0);
    const isAligned = placement?.kind !== 'clustered' || firstAddress % networkSize === 0;
    if (!isNested || !isAligned) {
      obstacles.push(
        `The mean field needs preferred networks that enclose or divide the populated ones; those of ${networkSize} ` +
          `addresses overlap them.`,
      );
    }
    if (placed.has('block') && networkSize > DARK_NETWORK_MAX * addressSpaceSize) {
      obstacles.push(
        `The mean field cannot distinguish hosts that share their network of ${networkSize} addresses ` +
          `with a block of honeypots from the others.`,
      );
    }
  }
  return obstacles;
}

function tooStiff({ outbreak, reach, kind, layout, cells, table, groups }: GroupSetup): readonly string[] {
  const { worm, population, honeypots, durationSeconds } = outbreak;
  const { rebootRatePerSecond = 0, churnRatePerSecond = 0 } = population;
  const rates = [rebootRatePerSecond + churnRatePerSecond];
  if (worm.dormancy) rates.push(worm.dormancy.sleepRatePerSecond + worm.dormancy.wakeRatePerSecond);
  if (worm.latentSeconds) rates.push(stagesOf(worm.latentLaw) / worm.latentSeconds);
  for (const { delaySeconds, stages } of detectorsOf(honeypots).detectors) {
    if (delaySeconds > 0) rates.push(stages / delaySeconds);
  }
  const { watches, blockers } = hostMeasuresOf(outbreak);
  for (const { seconds, stages } of blockers) rates.push(stages / seconds);
  for (const watch of watches) {
    const alarms = watch.alarmRatePerSecond + watch.falseAlarmRatePerSecond;
    rates.push(alarms + watch.stages / watch.isolatedSeconds);
  }
  const pace = Math.max(1, ...(worm.rateChanges ?? []).map(({ factor }) => factor));
  const fastest = pace * kind.reduce((most, { scanRatePerSecond }) => Math.max(most, scanRatePerSecond), 0);
  for (let cell = 0; cell < cells; cell++) {
    const met = honeypots.map(({ success }, index) => success * reach.met[index]![cell]!);
    rates.push(fastest * met.reduce((sum, x) => sum + x, 0));
    let force = 0;
    for (let from = 0; from < cells; from++) force += reach.onto[cell * cells + from]! * reach.hosts[from]!;
    rates.push(pace * worm.scanRatePerSecond * force);
  }
  const shortest = 1 / Math.max(...rates);
  const work =
    (durationSeconds / shortest) * (layout.size + cells ** 2 + (groups * table.transitions.length) / 4);
  if (work <= COMPONENTS_OF_STEPS_MAX) return [];
  return [
    `The mean field of ${layout.size} numbers would have to go through ${durationSeconds} s in steps of some ` +
      `${shortest.toPrecision(2)} s, which takes too long; a longer shortest delay, or a shorter outbreak, would do.`,
  ];
}
