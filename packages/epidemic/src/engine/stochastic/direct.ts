/**
 * The engine `stochastic`: every infection, contact and immunization as an event on the counts of hosts, an exact draw
 * from the Markov chain whose mean field the engine `ode` solves.
 *
 * When it is the quick one: up to some ten million events, about 15 ns each. Outbreaks that may exceed `EXACT_EVENTS_MAX`
 * events are leaped over instead (tau-leaping.ts), which costs the same however many hosts there are. Latency, reboots,
 * churn and countermeasures have a loop of their own (transition-events.ts), always event by event.
 *
 * Source: Gillespie, "Exact stochastic simulation of coupled chemical reactions", J. Physical Chemistry 81(25), 1977.
 */
import { exp, type RandomStream } from '@wormwood/base';
import { countermeasureObstacles } from '../../outbreak/countermeasure.ts';
import type { Engine, Run, RunControl } from '../engine.ts';
import { earlyFigures } from '../ode/early-figures.ts';
import { withoutIdleMeasures } from '../../outbreak/idle-measures.ts';
import type { Outbreak } from '../../outbreak/outbreak.ts';
import { tableObstacles } from '../../dynamics/transitions.ts';
import { countObstacles, isPlain } from '../../outbreak/plain-outbreak.ts';
import { contactRatePerSecond } from '../../dynamics/rates.ts';
import { beginCourse, finishCourse } from './course.ts';
import { advanceDirectly } from './advance-directly.ts';
import { drawsFrom } from './draws-kernel.ts';
import { kindObstacles } from './kind-counts.ts';
import type { Limits } from './honeypot-group.ts';
import { runCourse } from './run-course.ts';
import { tauLeaping } from './tau-leaping.ts';
import { TransitionEvents } from './transition-events.ts';

/** Outbreaks expected to have more events than this are leaped over: about a third of a second of events. */
export const EXACT_EVENTS_MAX = 2e7;

/** The engine that follows every event on counts of hosts (Gillespie's direct method), or leaps over many (tau-leaping). */
export const stochastic: Engine = {
  name: 'stochastic',
  random: true,
  unsupported: (given) => {
    const outbreak = withoutIdleMeasures(given);
    const obstacles = [
      ...countObstacles('stochastic', outbreak),
      ...countermeasureObstacles(outbreak),
      ...tableObstacles('stochastic', outbreak),
    ];
    return obstacles.length > 0 || isPlain(outbreak) ? obstacles : kindObstacles(outbreak);
  },
  run(given, { streams, replicate }, control) {
    const outbreak = withoutIdleMeasures(given);
    const stream = streams.stream('stochastic', replicate);
    if (!isPlain(outbreak)) return runTransitions(outbreak, stream, control);
    const course = beginCourse(outbreak, stream, control?.workspace);
    const draws = drawsFrom(stream);
    const exactly = (limits: Limits): boolean => advanceDirectly(course, draws, limits);
    const isLeaped = eventsAtMost(outbreak) > EXACT_EVENTS_MAX;
    const partial = runCourse(course, control, isLeaped ? tauLeaping(course, stream, exactly) : exactly);
    return finishCourse(course, stream, { engine: 'stochastic', partial });
  },
};

function runTransitions(outbreak: Outbreak, stream: RandomStream, control: RunControl | undefined): Run {
  const events = new TransitionEvents(outbreak, stream);
  const partial = events.run(control);
  const final = events.final();
  const run = events.recorder.finish('stochastic', { partial, final });
  return { ...run, summary: { ...run.summary, ...earlyFigures(outbreak, final.firstStart) } };
}

/** Returns the events expected if no honeypot removed a host before the logistic curve had infected it. */
function eventsAtMost(outbreak: Outbreak): number {
  const { vulnerable, infected } = outbreak.population;
  if (infected === 0) return 0;
  const growth = exp(-contactRatePerSecond(outbreak) * outbreak.durationSeconds);
  const everInfected = vulnerable / (1 + ((vulnerable - infected) / infected) * growth);
  // A host is infected, contacted and immunized once at most.
  return everInfected * (outbreak.honeypots.length === 0 ? 1 : 3);
}
