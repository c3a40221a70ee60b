/** The lab file: an outbreak small enough to run with real packets. */

export { checkLab, type Lab, type LabCheck, labJsonSchema } from './lab-file.ts';
