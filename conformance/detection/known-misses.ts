/**
 * Bars that the detector does not hold yet, by class: the test of the table fails when one of these begins to hold, so that the
 * list stays true. Nothing is listed for the sake of chance: the bars already allow for it.
 */
import type { Bar } from './bars.ts';

export const knownMisses: Readonly<Record<Bar, readonly string[]>> = {
  infected: [],
  scanning: [],
  found: [],
  time: [],
  doors: [],
  proven: [],
  intervals: [],
};

/** The same of hardships: disorders and ramps by name, and whether a crowd hides scanners. */
export const knownHardships: {
  readonly disorder: readonly string[];
  readonly ramps: readonly string[];
  readonly crowd: boolean;
} = {
  disorder: [],
  ramps: [],
  crowd: true,
};

/** Hosts of recorded captures that are judged infected, by capture. */
export const knownRecorded: Readonly<Record<string, readonly string[]>> = {};
