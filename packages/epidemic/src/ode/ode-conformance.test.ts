import { runEngineConformance } from '../engine-conformance.ts';
import { ode } from './ode.ts';

runEngineConformance(ode);
