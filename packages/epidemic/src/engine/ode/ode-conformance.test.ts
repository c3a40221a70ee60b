import { runEngineConformance } from '../conformance/engine-conformance.ts';
import { ode } from './ode.ts';

runEngineConformance(ode);
