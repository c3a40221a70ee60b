/** The same honeynet in less memory: what is kept while packets flow. */
import { parseIpv4 } from '@wormwood/base';
import type { Binding, Honeynet, Template } from '@wormwood/honeynet';

/**
 * Returns the honeynet with one template in place of all copies that differ in nothing but their name, under the name of
 * the one that they were copied from: 65,536 bound addresses have as many copies, each with its ports. Templates by the
 * name of an address are left out. It answers as the one that was given. Copies with an Ethernet address stay as they are:
 * each has another one.
 */
export function compactHoneynet(honeynet: Honeynet): Honeynet {
  const shared = new Map<string, Template>();
  const share = (copy: Template, name: string): Template => {
    if (copy.ethernet !== null) return copy;
    const template = { ...copy, name };
    const key = JSON.stringify(template);
    const known = shared.get(key);
    if (known !== undefined) return known;
    shared.set(key, template);
    return template;
  };
  const bindings = honeynet.bindings.map(({ first, last, isNetwork, original, template }) => ({
    first,
    last,
    isNetwork,
    original,
    template: share(template, original),
  }));
  return {
    ...honeynet,
    bindings: joinNeighbors(bindings),
    ipv6Bindings: honeynet.ipv6Bindings.map((binding) => ({
      ...binding,
      template: share(binding.template, binding.original),
    })),
    templates: new Map(
      [...honeynet.templates].filter(([name]) => !parseIpv4(name).ok && !name.includes(':')),
    ),
  };
}

/** Neighbors of one template become one binding, unless bindings overlap: there the number of their addresses counts. */
function joinNeighbors(bindings: readonly Binding[]): readonly Binding[] {
  const sorted = bindings.toSorted((a, b) => a.first - b.first);
  if (sorted.some(({ first }, i) => first <= (sorted[i - 1]?.last ?? -1))) return bindings;
  const joined: Binding[] = [];
  for (const binding of sorted) {
    const before = joined.at(-1);
    const isJoined = before?.template === binding.template && before.last + 1 === binding.first;
    // The edges of a network are its own.
    if (before !== undefined && isJoined && !before.isNetwork && !binding.isNetwork) {
      joined[joined.length - 1] = { ...before, last: binding.last };
    } else joined.push(binding);
  }
  return joined;
}
