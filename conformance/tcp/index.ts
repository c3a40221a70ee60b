/** What the programs of this folder run: the cases and the suite over them, and transfers. */
export { reportOf, runSuite } from './suite.ts';
export { lossyTransfers, mediansOf } from './lossy-transfer.ts';
export { timeTransfers } from './transfer.ts';
