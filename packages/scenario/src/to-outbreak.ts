/** From a checked scenario to what the engines run. */
import type { HoneypotDefense, Measure, Outbreak } from '@wormwood/epidemic';
import type { Scenario, ScenarioDefense } from './schema.ts';

/** Returns the outbreak that the scenario describes; the name and the placement of hosts concern no engine. */
export function toOutbreak(scenario: Scenario): Outbreak {
  const { space, population, worm, defenses, durationSeconds, sampleSeconds } = scenario;
  const measures = defenses.filter((defense): defense is Measure => !isHoneypots(defense));
  return {
    addressSpaceSize: space.size,
    firstAddress: space.firstAddress,
    population: { vulnerable: population.vulnerable, infected: population.infected },
    worm,
    defenses: defenses.filter(isHoneypots),
    ...(measures.length === 0 ? {} : { measures }),
    durationSeconds,
    sampleSeconds,
  };
}

function isHoneypots(defense: ScenarioDefense): defense is HoneypotDefense {
  return defense.kind === 'honeypots';
}
