/** Circles in a directed graph: groups of nodes of which each reaches every other. */

/**
 * Returns the strongly connected components of more than one node, and nodes with an arrow to themselves, each sorted.
 * Source: Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Computing 1(2), 1972.
 */
export function circlesOf(arrows: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();

  function visit(node: string): void {
    order.set(node, order.size);
    lowest.set(node, order.get(node) ?? 0);
    path.push(node);
    onPath.add(node);
    for (const next of arrows.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (onPath.has(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const circle = path.splice(path.indexOf(node));
    for (const member of circle) onPath.delete(member);
    if (circle.length > 1 || arrows.get(node)?.includes(node)) circles.push(circle.toSorted());
  }

  for (const node of arrows.keys()) if (!order.has(node)) visit(node);
  return circles;
}
