/**
 * Dynamic quarantine, "guilty before proven innocent": every alarm on a host puts it away for T seconds, so a share
 * p = λT/(1 + λT) of hosts is away, and β becomes (1 − p1)(1 − p2) β with λ1 of infected, λ2 of susceptible hosts.
 *
 * Source: Zou, Gong, Towsley, "Worm propagation modeling and analysis under dynamic quarantine defense", WORM 2003.
 */
import { constant, type Effect } from './effect.ts';
import type { DynamicQuarantine } from '../outbreak/countermeasure.ts';

export function dynamicQuarantine(of: DynamicQuarantine): Effect {
  const away = (rate: number): number => {
    const expected = rate * of.quarantineSeconds;
    return (of.coverage * expected) / (1 + expected);
  };
  const scanFactor = constant(1 - away(of.alarmRatePerSecond));
  return { scanFactor, exposed: constant(1 - away(of.falseAlarmRatePerSecond)) };
}
