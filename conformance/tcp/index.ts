/** What the programs of this folder run: the cases, and the suite over them. */
export { cases } from './cases/index.ts';
export { reportOf, runSuite } from './suite.ts';
