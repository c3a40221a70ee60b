/**
 * Path MTUs that routers reported (RFC 1191): what goes to an address is no larger than its path takes. Few paths are narrower
 * than our link, so mostly there is nothing to look up.
 */

/** As in Linux (RFC 1191 3): no path is believed to be narrower, so that forged messages cannot make us send tiny packets. */
const PATH_MTU_BYTES_MIN = 552;
/** RFC 1191 6.3: after ten minutes a larger one is tried. */
const FORGET_SECONDS = 600;
const PATHS_MAX = 4096;

interface Path {
  readonly mtuBytes: number;
  readonly untilSeconds: number;
}

export class PathMtus {
  /** In the order in which they were learnt: the first is forgotten first. */
  readonly #paths: Map<number, Path> = new Map();

  get isEmpty(): boolean {
    return this.#paths.size === 0;
  }

  /** Returns the MTU of the path to an address; infinite where nothing is known. */
  to(address: number, nowSeconds: number): number {
    const path = this.#paths.get(address);
    if (path === undefined) return Number.POSITIVE_INFINITY;
    if (path.untilSeconds > nowSeconds) return path.mtuBytes;
    this.#paths.delete(address);
    return Number.POSITIVE_INFINITY;
  }

  /** A router says that the path to an address takes so much; returns whether that is less than was known. */
  learn(address: number, mtuBytes: number, nowSeconds: number): boolean {
    const believed = Math.max(PATH_MTU_BYTES_MIN, mtuBytes);
    if (believed >= this.to(address, nowSeconds)) return false;
    this.#paths.delete(address);
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size < PATHS_MAX) break;
      this.#paths.delete(oldest);
    }
    this.#paths.set(address, { mtuBytes: believed, untilSeconds: nowSeconds + FORGET_SECONDS });
    return true;
  }
}
