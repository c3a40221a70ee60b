import { runEngineConformance } from '../engine-conformance.ts';
import { hosts } from './hosts.ts';

runEngineConformance(hosts, { seedScenarioRuns: 40 });
