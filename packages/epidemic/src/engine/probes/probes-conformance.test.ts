import { runEngineConformance } from '../conformance/engine-conformance.ts';
import { probes } from './probes.ts';

runEngineConformance(probes);
