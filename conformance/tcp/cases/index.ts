/** All cases, in the order of the table. */
import type { Case } from '../case.ts';
import { handshakeCases } from './handshake.ts';
import { networkCases } from './network.ts';
import { receivingCases } from './receiving.ts';
import { sendingCases } from './sending.ts';
import { stateCases } from './states.ts';
import { strangerCases } from './strangers.ts';
import { timeWaitCases } from './time-wait.ts';

export const cases: readonly Case[] = [
  ...strangerCases,
  ...handshakeCases,
  ...stateCases,
  ...receivingCases,
  ...sendingCases,
  ...timeWaitCases,
  ...networkCases,
];
