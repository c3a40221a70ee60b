/** The lab: an outbreak with real packets and an inert marker, compared with its prediction. Start with `course.ts`. */

export { LabCourse, type LabPlan, type LabRun } from './course.ts';
export { type LabOnlooker, runLabInMemory } from './run-in-memory.ts';
export { labOutcome, type LabOutcome, type LabResult } from './result.ts';
export { labChart, labReport, labTables, labVerdict } from './report.ts';
