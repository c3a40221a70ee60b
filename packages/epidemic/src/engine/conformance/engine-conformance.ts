/**
 * The suite that every engine passes (docs/models.md#the-published-scenario, docs/validation.md): laws that hold in each
 * run, the exact mean and variance of the stochastic simple epidemic, the mean and spread of larger outbreaks, extinction,
 * and the published scenarios of active immunization. Only tests import this folder.
 */
import { describe, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { declareEdges, declareReproducibility } from './edges.ts';
import {
  declareExpectations,
  declareExtinction,
  declareMeanField,
  declareSimpleEpidemic,
} from './expectations.ts';
import { declareEquivalences, declareLaws } from './laws.ts';
import { declareSeedScenarios } from './seed-scenarios.ts';

export interface ConformanceOptions {
  /** Tests that do not apply to the engine, by their name, and why. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
  /**
   * Runs of the main seed scenario (N = 360,000 in the IPv4 space); the other rows take a quarter each.
   * @default 0, which leaves these scenarios out
   */
  readonly seedScenarioRuns?: number;
  /** Runs of each of two outbreaks that are the same in law. @default 400 */
  readonly equivalenceRuns?: number;
}

/** Declares the suite for `engine`; call it at the top level of a test file. */
export function runEngineConformance(engine: Engine, options: ConformanceOptions = {}): void {
  const check = (name: string, body: () => void): void => {
    const skipped = options.skip?.find(({ test }) => test === name);
    if (skipped) it.skip(`${name} (${skipped.reason})`, body);
    else it(name, body);
  };
  describe(`engine conformance: ${engine.name}`, () => {
    declareLaws(engine, check);
    declareEquivalences(engine, check, options.equivalenceRuns ?? 400);
    declareEdges(engine, check);
    if (engine.random) {
      declareReproducibility(engine, check);
      declareSimpleEpidemic(engine, check);
      declareExpectations(engine, check);
      declareExtinction(engine, check);
    } else declareMeanField(engine, check);
    const seedRuns = options.seedScenarioRuns ?? 0;
    if (seedRuns > 0) declareSeedScenarios(engine, check, seedRuns);
  });
}
