import { describe, expect, it } from 'vitest';
import { extinctionProbability, finalSizeFraction } from './closed-forms.ts';
import { finalSizeLaw, type FinalSizeSetting } from './final-size-law.ts';

function mean(law: Float64Array): number {
  return law.reduce((sum, probability, ever) => sum + probability * ever, 0);
}

/**
 * The same law by Ball's triangular equations, Σ_{k≤l} C(n − k, l − k) p_k / φ(n − l)^{k+m} = C(n, l), where φ is the
 * transform of the infectious time ("A unified approach to the distribution of total size", Adv. Appl. Prob. 18, 1986).
 */
function byTriangularEquations({ vulnerable, infected, stages }: FinalSizeSetting): readonly number[] {
  const n = vulnerable - infected;
  const transform = (x: number): number => stages.reduce((product, rate) => (product * rate) / (rate + x), 1);
  const law: number[] = [];
  for (let l = 0; l <= n; l++) {
    const phi = transform(n - l);
    const known = law.reduce((sum, p, k) => sum + (choose(n - k, l - k) * p) / phi ** (k + infected), 0);
    law.push((choose(n, l) - known) * phi ** (l + infected));
  }
  return law;
}

function choose(n: number, k: number): number {
  return Array.from({ length: k }, (_, i) => (n - i) / (k - i)).reduce(
    (product, factor) => product * factor,
    1,
  );
}

describe('law of the final size', () => {
  it('is that of the triangular equations, which are exact but lose their digits with more hosts', () => {
    for (const setting of [
      { vulnerable: 2, infected: 1, stages: [3] },
      { vulnerable: 12, infected: 2, stages: [5] },
      { vulnerable: 12, infected: 1, stages: [30, 7] },
    ]) {
      const law = finalSizeLaw(setting);
      for (const [more, probability] of byTriangularEquations(setting).entries()) {
        expect(Math.abs((law[setting.infected + more] ?? 0) - probability)).toBeLessThan(1e-9);
      }
    }
  });

  it('adds up to 1', () => {
    const law = finalSizeLaw({ vulnerable: 500, infected: 3, stages: [100, 900] });
    expect(Math.abs(law.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-12);
  });

  it('tends to the branching process: mean I0/(1 − R), from below', () => {
    // R = N/h; the first correction is of order 1/N.
    const at = (vulnerable: number): number =>
      2 / (1 - 0.6) - mean(finalSizeLaw({ vulnerable, infected: 2, stages: [vulnerable / 0.6] }));
    expect(at(500)).toBeGreaterThan(0);
    expect(at(2000) / at(500)).toBeCloseTo(1 / 4, 1);
  });

  it('splits above the threshold into extinct outbreaks and ones of the size of the mean field', () => {
    const vulnerable = 3000;
    const law = finalSizeLaw({ vulnerable, infected: 1, stages: [vulnerable / 2] });
    const small = law.slice(0, vulnerable / 4).reduce((sum, p) => sum + p, 0);
    const large = law.reduce((sum, p, ever) => sum + (ever < vulnerable / 4 ? 0 : p * ever), 0) / (1 - small);
    const reproductionNumber = 2;
    const extinct = extinctionProbability({ reproductionNumber, infected: 1 });
    const fraction = finalSizeFraction({ susceptibleFraction: 1, infectedFraction: 0, reproductionNumber });
    // Both approximations err by order 1/N.
    expect(Math.abs(small - extinct)).toBeLessThan(3 / vulnerable);
    expect(Math.abs(large / vulnerable - fraction)).toBeLessThan(5 / vulnerable);
  });
});
