/** What the programs of this folder run: the cases and the suite over them, and transfers. */
export { reportOf, runSuite } from './suite.ts';
export { lossyTransfers, ratiosOf } from './lossy-transfer.ts';
export { summaryOf, timeTransfers } from './transfer.ts';
