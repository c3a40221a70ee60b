/** A honeynet in the words of `net.yaml`: each copy of a template as its original and the differences. */
import {
  type Binding,
  bindingName,
  type DynamicRule,
  type Honeynet,
  type Template,
} from '@wormwood/honeynet';
import { formatIpv6Prefix } from '@wormwood/wire';
import type { BindingEntry, HoneynetDocument, RouterEntry } from './schema.ts';
import {
  emptyBody,
  type RuleEntry,
  type TemplateBody,
  type TemplateEntry,
  withoutRules,
} from './template-shapes.ts';

type Templates = Honeynet['templates'];

/** Returns the document from which the checker makes the same honeynet. */
export function contentOf(honeynet: Honeynet): HoneynetDocument {
  const { templates, bindings, ipv6Bindings, topology } = honeynet;
  const bound = new Set([
    ...bindings.map(({ first, last }) => bindingName(first, last)),
    ...ipv6Bindings.map(({ prefix }) => formatIpv6Prefix(prefix)),
  ]);
  const named = new Map([...templates].filter(([name]) => !bound.has(name)));
  return {
    version: 1,
    templates: [...named.values()].map((template): TemplateEntry =>
      Object.assign({ name: template.name }, bodyOf(template, named)),
    ),
    bindings: [
      ...bindings.map((binding): BindingEntry => {
        const { first, last, isNetwork } = binding;
        const { template, changes } = likeOriginal(binding, templates, named);
        return { addresses: { first, last, isNetwork }, template, changes };
      }),
      ...ipv6Bindings.map((binding): BindingEntry => {
        const { template, changes } = likeOriginal(binding, templates, named);
        return { addresses: binding.prefix, template, changes };
      }),
    ],
    entries: topology.entries,
    routers: topology.routers.map(({ address, links, unreachable, routes, tunnels }): RouterEntry => {
      const flat = routes.map(({ network, nextHop, link: { latencySeconds, loss, bandwidth, drop } }) => {
        return { network, nextHop, latencySeconds, loss, bandwidth, drop };
      });
      return { address, links, unreachable, routes: flat, tunnels };
    }),
    externals: honeynet.externals,
    dhcp: honeynet.dhcpClients.map((client) => {
      const { template, changes } = likeOriginal(client, templates, named);
      return { interfaceName: client.interfaceName, template, changes };
    }),
    broadcasts: honeynet.broadcasts,
    annotations: honeynet.annotations,
    options: honeynet.options,
  };
}

type Copy = Pick<Binding, 'original' | 'template'>;

function likeOriginal(
  { original, template }: Copy,
  templates: Templates,
  named: Templates,
): Pick<BindingEntry, 'template' | 'changes'> {
  const base = original === template.name ? undefined : templates.get(original);
  const body = bodyOf(template, named);
  const other = base === undefined ? emptyBody : bodyOf(base, named);
  const changes = differences(withoutRules(body), withoutRules(other));
  // Rules contain names made from their owner's name, so they are compared before they are written.
  const hasSameRules = JSON.stringify(base?.dynamic ?? null) === JSON.stringify(template.dynamic);
  return {
    template: base === undefined ? null : original,
    changes: hasSameRules ? changes : { ...changes, rules: body.rules },
  };
}

function bodyOf({ name, dynamic, ...body }: Template, named: Templates): TemplateBody {
  return { ...body, rules: dynamic?.map((rule, index) => ruleOf(rule, `${name}_${index}_`, named)) ?? null };
}

function ruleOf({ condition, template }: DynamicRule, prefix: string, named: Templates): RuleEntry {
  const original = template.name.startsWith(prefix) ? template.name.slice(prefix.length) : '';
  const base = named.get(original);
  const body = withoutRules(bodyOf(template, named));
  if (base === undefined || base.dynamic !== null) {
    const changes = differences(body, withoutRules(emptyBody));
    return { condition, template: null, name: template.name, changes };
  }
  const changes = differences(body, withoutRules(bodyOf(base, named)));
  return { condition, template: original, name: null, changes };
}

/** Returns the fields of `body` that differ from `other`. */
function differences<T extends object>(body: T, other: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(body).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(other[key as keyof T]),
    ),
  ) as Partial<T>;
}
