/** The lab: an outbreak acted out with real packets and an inert marker, laid over its prediction. Start with `lab-file.ts`. */

export {
  checkLab,
  honeypotsOf,
  type Lab,
  type LabCheck,
  type LabDetector,
  type LabResponse,
} from './lab-file.ts';
