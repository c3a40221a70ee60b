/** The lab: an outbreak acted out with real packets and an inert marker, laid over its prediction. Start with `lab-file.ts`. */

export { checkLab, type Lab, type LabCheck, labJsonSchema } from './lab-file.ts';
export { LabCourse, type LabPlan, type LabRun } from './lab-course.ts';
export { runLabInMemory } from './run-in-memory.ts';
export { type LabExperiment, labOutcome, type LabOutcome, type LabResult } from './lab-result.ts';
export { labChart, labReport, labTables, labVerdict } from './lab-report.ts';
