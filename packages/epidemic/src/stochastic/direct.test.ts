import { runEngineConformance } from '../engine-conformance.ts';
import { stochastic } from './direct.ts';

runEngineConformance(stochastic, { seedScenarioRuns: 100 });
