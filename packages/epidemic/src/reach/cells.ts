/**
 * The hosts of a placement in cells whose hosts are all alike, and how the probes of a worm spread over the cells.
 */

export interface Reach {
  /** Vulnerable hosts of each cell, as expected; those infected at the start are spread evenly over all. */
  readonly hosts: Float64Array;
  /** For a cell that is probed (row) and one that probes (column): the chance that a probe arrives at one given host. */
  readonly onto: Float64Array;
  /** For each group of honeypots and each cell the honeypots that a probe of it meets, as expected. */
  readonly met: readonly Float64Array[];
}
