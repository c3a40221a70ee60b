/**
 * One step of RODAS (see `rodas-coefficients.ts`) for an outbreak whose honeypots have at most one delay, unrolled: the
 * state is S, I (not contacted) and C (contacted, waiting for immunization). Several delays are for
 * group-equations.ts.
 *
 *     S' = −bSA    I' = bSA − (γ0 + γ1) I    C' = γ1 I − κC    with A = I + C
 *
 * The Jacobian is an arrow: with d = 1/(hγ), C is eliminated from its own row, S by the sum of the first two rows.
 */
import type { StepFunction, StepWorkspace } from './step-workspace.ts';
import {
  A21,
  A31,
  A32,
  A41,
  A42,
  A43,
  A51,
  A52,
  A53,
  A54,
  C21,
  C31,
  C32,
  C41,
  C42,
  C43,
  C51,
  C52,
  C53,
  C54,
  C61,
  C62,
  C63,
  C64,
  C65,
  D21,
  D22,
  D23,
  D24,
  D25,
  D31,
  D32,
  D33,
  D34,
  D35,
  GAMMA,
} from './rodas-coefficients.ts';

/** Writes the state after a step of `h` seconds and the dense output; returns the estimated error in tolerances. */
export const stepOneDelay: StepFunction = (work: StepWorkspace, h: number): number => {
  const { state, next, dense, rates } = work;
  const b = rates[0]!;
  const immediate = rates[1]!;
  const gamma = rates[2]!;
  const kappa = rates[3]!;
  const leaving = immediate + gamma;
  const s0 = state[0]!;
  const i0 = state[1]!;
  const c0 = state[2]!;
  const a0 = i0 + c0;

  const d = 1 / (h * GAMMA);
  const reciprocalH = 1 / h;
  const hGamma = h * GAMMA;
  const bS = b * s0;
  const w = 1 / (d + kappa);
  const e = 1 + b * a0 * hGamma;
  const dLeaving = d + leaving;
  const inverse = 1 / (e * dLeaving - bS * (1 + w * gamma));

  let flow = bS * a0;
  let rS = -flow;
  let rC = gamma * i0 - kappa * c0;
  let sum = -leaving * i0;
  const i1 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s1 = (sum - dLeaving * i1) * hGamma;
  const c1 = w * (rC + gamma * i1);

  let s = s0 + A21 * s1;
  let i = i0 + A21 * i1;
  let c = c0 + A21 * c1;
  flow = b * s * (i + c);
  rS = C21 * s1 * reciprocalH - flow;
  sum = C21 * (s1 + i1) * reciprocalH - leaving * i;
  rC = C21 * c1 * reciprocalH + gamma * i - kappa * c;
  const i2 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s2 = (sum - dLeaving * i2) * hGamma;
  const c2 = w * (rC + gamma * i2);

  s = s0 + A31 * s1 + A32 * s2;
  i = i0 + A31 * i1 + A32 * i2;
  c = c0 + A31 * c1 + A32 * c2;
  flow = b * s * (i + c);
  let cS = C31 * s1 + C32 * s2;
  rS = cS * reciprocalH - flow;
  sum = (cS + C31 * i1 + C32 * i2) * reciprocalH - leaving * i;
  rC = (C31 * c1 + C32 * c2) * reciprocalH + gamma * i - kappa * c;
  const i3 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s3 = (sum - dLeaving * i3) * hGamma;
  const c3 = w * (rC + gamma * i3);

  s = s0 + A41 * s1 + A42 * s2 + A43 * s3;
  i = i0 + A41 * i1 + A42 * i2 + A43 * i3;
  c = c0 + A41 * c1 + A42 * c2 + A43 * c3;
  flow = b * s * (i + c);
  cS = C41 * s1 + C42 * s2 + C43 * s3;
  rS = cS * reciprocalH - flow;
  sum = (cS + C41 * i1 + C42 * i2 + C43 * i3) * reciprocalH - leaving * i;
  rC = (C41 * c1 + C42 * c2 + C43 * c3) * reciprocalH + gamma * i - kappa * c;
  const i4 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s4 = (sum - dLeaving * i4) * hGamma;
  const c4 = w * (rC + gamma * i4);

  s = s0 + A51 * s1 + A52 * s2 + A53 * s3 + A54 * s4;
  i = i0 + A51 * i1 + A52 * i2 + A53 * i3 + A54 * i4;
  c = c0 + A51 * c1 + A52 * c2 + A53 * c3 + A54 * c4;
  flow = b * s * (i + c);
  cS = C51 * s1 + C52 * s2 + C53 * s3 + C54 * s4;
  rS = cS * reciprocalH - flow;
  sum = (cS + C51 * i1 + C52 * i2 + C53 * i3 + C54 * i4) * reciprocalH - leaving * i;
  rC = (C51 * c1 + C52 * c2 + C53 * c3 + C54 * c4) * reciprocalH + gamma * i - kappa * c;
  const i5 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s5 = (sum - dLeaving * i5) * hGamma;
  const c5 = w * (rC + gamma * i5);

  s += s5;
  i += i5;
  c += c5;
  flow = b * s * (i + c);
  cS = C61 * s1 + C62 * s2 + C63 * s3 + C64 * s4 + C65 * s5;
  rS = cS * reciprocalH - flow;
  sum = (cS + C61 * i1 + C62 * i2 + C63 * i3 + C64 * i4 + C65 * i5) * reciprocalH - leaving * i;
  rC = (C61 * c1 + C62 * c2 + C63 * c3 + C64 * c4 + C65 * c5) * reciprocalH + gamma * i - kappa * c;
  const i6 = (e * sum + bS * (w * rC) - rS) * inverse;
  const s6 = (sum - dLeaving * i6) * hGamma;
  const c6 = w * (rC + gamma * i6);

  s += s6;
  i += i6;
  c += c6;
  next[0] = s;
  next[1] = i;
  next[2] = c;
  const a = i + c;
  const second = D21 * s1 + D22 * s2 + D23 * s3 + D24 * s4 + D25 * s5;
  const third = D31 * s1 + D32 * s2 + D33 * s3 + D34 * s4 + D35 * s5;
  dense[0] = s0;
  dense[1] = s - s0 + second;
  dense[2] = third - second;
  dense[3] = -third;
  const secondA = D21 * (i1 + c1) + D22 * (i2 + c2) + D23 * (i3 + c3) + D24 * (i4 + c4) + D25 * (i5 + c5);
  const thirdA = D31 * (i1 + c1) + D32 * (i2 + c2) + D33 * (i3 + c3) + D34 * (i4 + c4) + D35 * (i5 + c5);
  dense[4] = a0;
  dense[5] = a - a0 + secondA;
  dense[6] = thirdA - secondA;
  dense[7] = -thirdA;

  const a6 = i6 + c6;
  const smallest = work.smallestScale;
  return (
    Math.max(
      Math.abs(s6) / Math.max(smallest, s),
      Math.max(Math.abs(a6), Math.abs(c6)) / Math.max(smallest, a),
      Math.abs(s6 + a6) / Math.max(smallest, work.vulnerable - s - a),
    ) * work.reciprocalTolerance
  );
};
