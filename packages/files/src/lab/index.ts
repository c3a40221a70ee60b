/** The lab file: an outbreak small enough to be acted out with packets. */

export { checkLab, type Lab, type LabCheck, labJsonSchema } from './lab-file.ts';
