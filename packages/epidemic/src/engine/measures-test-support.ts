/** One of each kind of countermeasure, for the tests that compare engines under every one of them. */
import type { Countermeasure, StartRule } from '../outbreak/countermeasure.ts';

/** What depends on the size and the speed of the outbreak. */
interface MeasureScale {
  readonly now: StartRule;
  readonly alarm: StartRule;
  readonly reactionSeconds: number;
  readonly avoided: { readonly count: number; readonly learning: number };
  readonly capProbesPerSecond: number;
  readonly filterCoverage: number;
  readonly counterWorm: { readonly hosts: number; readonly scanRatePerSecond: number };
  readonly disinfection: { readonly ratePerSecond: number };
  readonly patchProbesPerSecond: number;
  readonly patching: { readonly ratePerSecond: number };
  readonly throttle: { readonly allowedPerSecond: number };
}

/** Returns them in this order; tests choose some by their place. */
export function measuresOf(scale: MeasureScale): readonly Countermeasure[] {
  const { now, alarm } = scale;
  return [
    { kind: 'blacklist', start: now, reactionSeconds: scale.reactionSeconds, coverage: 0.9 },
    { kind: 'avoided-honeypots', start: now, ...scale.avoided, coverage: 0.8 },
    { kind: 'bandwidth-cap', start: now, probesPerSecond: scale.capProbesPerSecond },
    { kind: 'clean-up', start: alarm, containSeconds: 3, cleanSeconds: 10, coverage: 1 },
    { kind: 'congestion', start: now, exponent: 2 },
    { kind: 'filter', start: alarm, coverage: scale.filterCoverage },
    { kind: 'counter-worm', start: now, ...scale.counterWorm, entersInfected: true },
    { kind: 'disinfection', start: now, ...scale.disinfection, coverage: 0.8 },
    {
      kind: 'quarantine',
      start: now,
      alarmRatePerSecond: 0.5,
      falseAlarmRatePerSecond: 0.05,
      quarantineSeconds: 3,
      coverage: 1,
    },
    { kind: 'kill-switch', start: alarm, coverage: 0.9 },
    { kind: 'patch-scanning', start: now, probesPerSecond: scale.patchProbesPerSecond, coverage: 0.9 },
    {
      kind: 'patching',
      start: now,
      curve: { kind: 'logistic', ...scale.patching, firstFraction: 0.1 },
      coverage: 0.9,
    },
    { kind: 'throttle', start: now, coverage: 0.8, ...scale.throttle },
  ];
}
