/** What the programs of this folder use. */
export { missesOf } from './bars.ts';
export { classes } from './classes.ts';
export { tableRows } from './table.ts';
export { markdownOf } from './words.ts';
