/** How many values a YAML document has when each alias is written out: what a reader that follows aliases may have to look at. */
import { isAlias, isMap, isSeq, type Node } from 'yaml';

/**
 * Returns the number of values under `root`, aliases expanded; infinite where a value holds an alias of itself. Each node is
 * counted once, so it takes no longer than the document is. Nesting is bounded by the caller.
 */
export function expandedSize(root: Node | null, anchored: ReadonlyMap<Node, Node>): number {
  const sizes = new Map<Node, number>();
  const sizeOf = (given: Node | null): number => {
    const node = isAlias(given) ? anchored.get(given) : given;
    if (node === null || node === undefined) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    // Found again below itself, it has no end.
    sizes.set(node, Number.POSITIVE_INFINITY);
    let size = 1;
    if (isMap<Node, Node | null>(node)) {
      for (const { key, value } of node.items) size += sizeOf(key) + sizeOf(value);
    } else if (isSeq<Node | null>(node)) {
      for (const item of node.items) size += sizeOf(item);
    }
    sizes.set(node, size);
    return size;
  };
  return sizeOf(root);
}
