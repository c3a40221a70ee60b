/** All classes of traffic, in the order of the table. */
import { answers } from './innocents/answers.ts';
import { mistakes } from './innocents/mistakes.ts';
import { operations } from './innocents/operations.ts';
import { paths } from './innocents/paths.ts';
import { peers } from './innocents/peers.ts';
import { byPattern } from './scanners/by-pattern.ts';
import { byRate } from './scanners/by-rate.ts';
import { byTool } from './scanners/by-tool.ts';
import type { TrafficClass } from './traffic-class.ts';

const all: readonly TrafficClass[] = [
  ...peers,
  ...answers,
  ...paths,
  ...operations,
  ...mistakes,
  ...byRate,
  ...byPattern,
  ...byTool,
];

export const innocents: readonly TrafficClass[] = all.filter(({ side }) => side === 'innocent');
export const scanners: readonly TrafficClass[] = all.filter(({ side }) => side === 'scanner');
export const classes: readonly TrafficClass[] = [...innocents, ...scanners];
