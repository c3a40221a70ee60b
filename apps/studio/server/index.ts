/** The studio's server: the pages of the honeynet and of the laboratory, on loopback. Start with `studio.ts`. */
export { type RunningStudio, startStudio } from './studio.ts';
