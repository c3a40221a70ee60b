import { runEngineConformance } from '../engine-conformance.ts';
import { probes } from './probes.ts';

runEngineConformance(probes);
