/** What a row of the table is, and how its verdict is found. */

/**
 * @typedef {object} Value
 * @property {string} name what is compared
 * @property {number} wanted the published or derived value
 * @property {number} ours
 * @property {'relative' | 'absolute' | 'factor' | 'atLeast' | 'atMost' | 'sigma'} by how the difference is judged
 * @property {number} tolerance; for `sigma` in standard errors
 * @property {number} [standardError]
 *
 * @typedef {object} Row
 * @property {string} number as in the literature list of the project
 * @property {string} check
 * @property {string} from what of ours computed it
 * @property {readonly Value[]} values
 * @property {string} [note] what a reader must know of them
 */

/** Ours within a relative tolerance. */
export const relative = (name, wanted, ours, tolerance) => ({
  name,
  wanted,
  ours,
  by: 'relative',
  tolerance,
});
/** Ours within an absolute one; 0 for exact integers. */
export const absolute = (name, wanted, ours, tolerance) => ({
  name,
  wanted,
  ours,
  by: 'absolute',
  tolerance,
});
/** Ours within a factor both ways, where only the order of magnitude can be compared. */
export const factor = (name, wanted, ours, tolerance) => ({ name, wanted, ours, by: 'factor', tolerance });
/** A bound that was published instead of a value. */
export const atLeast = (name, wanted, ours) => ({ name, wanted, ours, by: 'atLeast', tolerance: 0 });
export const atMost = (name, wanted, ours) => ({ name, wanted, ours, by: 'atMost', tolerance: 0 });
/** A mean over runs, within so many standard errors. */
export const sigma = (name, wanted, { mean, standardError }, tolerance = 3) => ({
  name,
  wanted,
  ours: mean,
  by: 'sigma',
  tolerance,
  standardError,
});

/** Returns whether a value passes. */
export function passes({ wanted, ours, by, tolerance, standardError }) {
  if (!Number.isFinite(ours)) return Object.is(ours, wanted);
  if (by === 'relative') return Math.abs(ours - wanted) <= tolerance * Math.abs(wanted);
  if (by === 'absolute') return Math.abs(ours - wanted) <= tolerance;
  if (by === 'factor') return ours <= tolerance * wanted && ours >= wanted / tolerance;
  if (by === 'sigma') return Math.abs(ours - wanted) <= tolerance * standardError;
  return by === 'atLeast' ? ours >= wanted : ours <= wanted;
}

/** Returns the tolerance in words. */
export function toleranceText({ by, tolerance, standardError }) {
  if (by === 'relative') return percent(tolerance);
  if (by === 'absolute') return tolerance === 0 ? 'exact' : `± ${number(tolerance)}`;
  if (by === 'factor') return `factor ${number(tolerance)}`;
  if (by === 'sigma') return `${tolerance} s.e. (${number(tolerance * standardError)})`;
  return by === 'atLeast' ? 'at least' : 'at most';
}

function percent(fraction) {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}

/** Returns a number as a reader wants it: whole ones in full, others with five digits. */
export function number(value) {
  if (value === Infinity) return '∞';
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const digits = Math.abs(value) >= 1000 ? 7 : 5;
  const rounded = Number(value.toPrecision(digits));
  return Math.abs(rounded) >= 1e-4
    ? rounded.toLocaleString('en-US', { maximumFractionDigits: 10 })
    : String(rounded);
}
