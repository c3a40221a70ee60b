/** What the programs of this folder use. */
export { missesOf } from './bars.ts';
export { classes } from './classes.ts';
export { crowdHardship, disorderHardships, rampHardships } from './hardships.ts';
export { sweep } from './sweep.ts';
export { tableRows } from './table.ts';
export { hardshipsOf, briefOf, markdownOf, sweptWords } from './words.ts';
