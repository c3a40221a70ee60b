import { runEngineConformance } from '../conformance/engine-conformance.ts';
import { probes } from './probes.ts';

// Every probe of a run is drawn: a hundred runs tell as much as can be waited for.
runEngineConformance(probes, { equivalenceRuns: 100 });
