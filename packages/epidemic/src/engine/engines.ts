/** The engines by their names. */
import { assert } from '@wormwood/base';
import type { Engine, EngineName } from './engine.ts';
import { hosts } from './hosts/hosts.ts';
import { ode } from './ode/ode.ts';
import { probes } from './probes/probes.ts';
import { stochastic } from './stochastic/direct.ts';

const engines: readonly Engine[] = [ode, stochastic, hosts, probes];

/** Returns the engine of that name. */
export function engineNamed(name: EngineName): Engine {
  const engine = engines.find((candidate) => candidate.name === name);
  assert(engine, `there is an engine ${name}`);
  return engine;
}
