/**
 * Scan rates that differ between hosts as a few classes: given ones as they are, log-normal ones by the nodes of
 * Gauss–Hermite quadrature, so that a mean over the classes is one over the distribution.
 *
 * How fast a host scans makes no difference to how soon it is found, so growth depends on the mean rate alone. What differs
 * is how soon a host meets a honeypot: there 16 nodes keep the course to 1e-6 of the hosts for σ = 1 and to 2e-5 for σ = 2
 * (rate-classes.test.ts). Nodes that stand for less than a hundredth of a host are left out: no outbreak of so many hosts
 * has one so fast, and the equations would be stiff for it.
 */
import { exp } from '@wormwood/base';
import type { Worm } from '../../outbreak/worm.ts';

/** Nodes for log-normal rates. */
const NODES = 16;
const HOSTS_OF_CLASS_MIN = 0.01;
/** All nodes of `NODES` lie within, and no two of them as close as a step. */
const NODE_MAX = 12;
const STEPS = 4800;

export interface RateClass {
  /** Of the hosts; all together 1. */
  readonly fraction: number;
  readonly scanRatePerSecond: number;
}

/** Returns the classes, none empty; their mean is the worm's scan rate. */
export function rateClasses(
  { scanRatePerSecond, scanRates }: Worm,
  hosts: number,
  nodes: number = NODES,
): readonly RateClass[] {
  if (scanRates === undefined) return [{ fraction: 1, scanRatePerSecond }];
  if (scanRates.kind === 'classes') return scanRates.classes.filter(({ fraction }) => fraction > 0);
  const { sigma } = scanRates;
  const kept = normalNodes(nodes).filter(({ fraction }) => fraction * hosts >= HOSTS_OF_CLASS_MIN);
  const sum = kept.reduce((total, { fraction }) => total + fraction, 0);
  const mean = kept.reduce((total, { fraction, node }) => total + fraction * exp(sigma * node), 0) / sum;
  return kept.map(({ fraction, node }) => ({
    fraction: fraction / sum,
    scanRatePerSecond: (scanRatePerSecond * exp(sigma * node)) / mean,
  }));
}

/** Nodes and weights of Gauss's quadrature for the standard normal distribution. */
function normalNodes(count: number): readonly { readonly node: number; readonly fraction: number }[] {
  const found: { readonly node: number; readonly fraction: number }[] = [];
  const step = (2 * NODE_MAX) / STEPS;
  for (let k = 0; k < STEPS; k++) {
    // Half a step off, so that no bound is the node 0 itself.
    let low = -NODE_MAX + (k - 0.5) * step;
    let high = low + step;
    const sign = Math.sign(hermite(count, low).value);
    if (Math.sign(hermite(count, high).value) === sign) continue;
    for (let halving = 0; halving < 60; halving++) {
      const middle = (low + high) / 2;
      if (Math.sign(hermite(count, middle).value) === sign) low = middle;
      else high = middle;
    }
    found.push({ node: high, fraction: 1 / hermite(count, high).squares });
  }
  return found;
}

/** The orthonormal Hermite polynomial of this degree, and the sum of the squares of those below it. */
function hermite(degree: number, at: number): { readonly value: number; readonly squares: number } {
  let before = 0;
  let value = 1;
  let squares = 0;
  for (let k = 0; k < degree; k++) {
    squares += value * value;
    const next = (at * value - Math.sqrt(k) * before) / Math.sqrt(k + 1);
    before = value;
    value = next;
  }
  return { value, squares };
}
