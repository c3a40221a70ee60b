/**
 * How many hosts are infected, from how many different ones a telescope has seen: it sees each of them late, by 1/(r p) seconds
 * on average, so the count of those seen lags behind, most of all while the outbreak grows. In an interval in which a
 * host is seen with probability q, C_{t+1} = C_t + q (I_t − C_t), so I_t = (C_{t+1} − (1 − q) C_t)/q.
 *
 * Source: Zou, Gao, Gong, Towsley, "Monitoring and early warning for Internet worms", CCS 2003, section 5;
 * docs/models.md#bias-correction.
 */

/** Returns the estimate of the hosts infected at the beginning of each interval but the last, from C at their ends. */
export function correctedInfected(seen: ArrayLike<number>, observation: number): Float64Array {
  const estimate = new Float64Array(Math.max(0, seen.length - 1));
  for (let row = 0; row < estimate.length; row++) {
    estimate[row] = (seen[row + 1]! - (1 - observation) * seen[row]!) / observation;
  }
  return estimate;
}
