/** From a checked scenario to what the engines run. */
import type { Outbreak } from '@wormwood/epidemic';
import type { Scenario } from './schema.ts';

/** Returns the outbreak that the scenario describes; the name and the placement of hosts concern no engine. */
export function toOutbreak(scenario: Scenario): Outbreak {
  const { space, population, worm, defenses, durationSeconds, sampleSeconds } = scenario;
  return {
    addressSpaceSize: space.size,
    firstAddress: space.firstAddress,
    population: { vulnerable: population.vulnerable, infected: population.infected },
    worm,
    defenses,
    durationSeconds,
    sampleSeconds,
  };
}
