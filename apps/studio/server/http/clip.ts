/** Text of strangers at a bounded length: a banner of a megabyte is shown as its beginning and its length. */

const TEXT_LENGTH_MAX = 2000;
const ITEMS_MAX = 100;
const DEPTH_MAX = 4;

/** Returns the value with texts, lists and depth cut to what a page can show. */
export function clipped(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.length > TEXT_LENGTH_MAX
      ? `${value.slice(0, TEXT_LENGTH_MAX)}… (${value.length} characters)`
      : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '…';
  if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((each) => clipped(each, depth + 1));
  const entries = Object.entries(value).slice(0, ITEMS_MAX);
  // No prototype: a field of a stranger may be called `__proto__`.
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, each] of entries) result[String(clipped(name))] = clipped(each, depth + 1);
  return result;
}
