/**
 * `net.yaml`: what `honeyd.conf` can express, in the style of the scenario file. Text in, a honeynet out, or every problem
 * of the text at once; and back: a honeynet read from either file can be written as `net.yaml`.
 */
import {
  type Diagnostic,
  diagnose,
  formatIpv4,
  nearest,
  type Problem,
  quoted,
  type Span,
} from '@wormwood/base';
import {
  bindingName,
  ethernetFault,
  type Honeynet,
  HoneynetBuilder,
  isNobodysPrefix,
  nobodysAddress,
  type Part,
  partOf,
  Places,
  type Template,
  type TextPlace,
} from '@wormwood/honeynet';
import { formatIpv6Prefix } from '@wormwood/wire';
import { stringify } from 'yaml';
import { contentOf } from './content.ts';
import { type FlatRoute, type HoneynetDocument, honeynetShape } from './schema.ts';
import { emptyBody, type RuleEntry, type TemplateBody, withoutRules } from './template-shapes.ts';
import type { BoundAddresses } from './value-shapes.ts';
import { readWith } from '../shape/read-with.ts';
import { wholeParts } from './whole-parts.ts';

export interface HoneynetCheck {
  /** Null when a diagnostic is an error. */
  readonly honeynet: Honeynet | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What could be read, whatever is wrong; null: nothing could. Only for further checks. */
  readonly draft: Honeynet | null;
  /** Where what was read stands in the text. */
  readonly places: Places;
}

const BEGINNING = 'A honeynet begins with the lines `version: 1` and `templates:`.';
/** Enough for several lines for each address of a /16. */
const LIMITS = { bytes: 2 ** 26, tokens: 10_000_000 } as const;

const SUGGESTIONS_MAX = 100;

/** Checks the text of a `net.yaml`. Returns the honeynet, or every problem at once; `fileName` appears in the diagnostics. */
export function checkHoneynetFile(text: string, fileName: string): HoneynetCheck {
  const reading = readWith(honeynetShape, text, BEGINNING, LIMITS);
  const parts = reading.ok
    ? { document: reading.value, spanAt: reading.spanAt }
    : wholeParts(reading.draft, reading.spanAt);
  const problems = reading.ok ? [] : reading.problems;
  if (parts === null)
    return {
      honeynet: null,
      draft: null,
      diagnostics: diagnose(problems, fileName, text),
      places: new Places(),
    };
  const places = new Places((span) => placeOf(span, fileName, text));
  const assembly = new Assembly(parts.document, parts.spanAt, places);
  const draft = assembly.build();
  const diagnostics = diagnose([...problems, ...assembly.problems], fileName, text);
  return { honeynet: diagnostics.length === 0 ? draft : null, draft, diagnostics, places };
}

function placeOf(span: Span, fileName: string, text: string): TextPlace {
  const [found] = diagnose([{ code: '', span, path: '', message: '', help: '' }], fileName, text);
  const { line, column, length } = found ?? { line: 1, column: 1, length: 0 };
  return { file: fileName, line, column, length };
}

/** Returns a honeynet as the text of a `net.yaml`; checking it gives the same honeynet. */
export function honeynetText(honeynet: Honeynet): string {
  return stringify(honeynetShape.write(contentOf(honeynet)), {
    aliasDuplicateObjects: false,
    lineWidth: 100,
  });
}

/** Resolves the names of a document, and collects the problems. */
class Assembly {
  readonly problems: Problem[] = [];
  readonly #builder = new HoneynetBuilder();
  readonly #file: HoneynetDocument;
  readonly #spanAt: (path: string) => Span;
  readonly #places: Places;

  constructor(file: HoneynetDocument, spanAt: (path: string) => Span, places: Places) {
    this.#file = file;
    this.#spanAt = spanAt;
    this.#places = places;
  }

  build(): Honeynet {
    const builder = this.#builder;
    this.#addTemplates();
    for (const [index, entry] of this.#file.bindings.entries()) {
      const path = `bindings.${index}`;
      const { addresses } = entry;
      const isIpv6 = 'length' in addresses;
      const part = isIpv6 ? partOf.ipv6Binding(addresses) : partOf.binding(addresses.first, addresses.last);
      this.#places.noteSpan(part, this.#spanAt(`${path}.addresses`));
      this.#checkAddresses(addresses, `${path}.addresses`);
      const name = isIpv6 ? formatIpv6Prefix(addresses) : bindingName(addresses.first, addresses.last);
      const base = this.#baseOf(entry.template, `${path}.template`) ?? emptyTemplate(name);
      const template = { ...this.#changed(base, entry.changes, name, `${path}.with`), name: base.name };
      this.#checkBody(entry.changes, name, `${path}.with`);
      if (!(isIpv6 ? builder.bindIpv6(addresses, template) : builder.bind(addresses, template)))
        this.#report(
          `${path}.addresses`,
          'bound-twice',
          `${quoted(name)} is already bound.`,
          'Remove one binding.',
        );
    }
    this.#addNetwork();
    builder.externals.push(...this.#file.externals);
    for (const [index, { template, interfaceName, changes }] of this.#file.dhcp.entries()) {
      const name = `dhcp-${index + 1}`;
      const base = this.#baseOf(template, `dhcp.${index}.template`) ?? emptyTemplate(name);
      const changed = this.#changed(base, changes, name, `dhcp.${index}.with`);
      this.#checkBody(changes, name, `dhcp.${index}.with`);
      if (changed.ethernet === null)
        this.#report(
          `dhcp.${index}`,
          'dhcp-without-ethernet',
          'A DHCP client needs an Ethernet address.',
          'Give `with: {ethernet: dell}`.',
        );
      builder.addDhcpClient({ ...changed, name: base.name }, changed.ethernet, interfaceName);
    }
    for (const [index, broadcast] of this.#file.broadcasts.entries()) {
      this.#baseOf(broadcast.template, `broadcasts.${index}.template`);
      builder.broadcasts.push(broadcast);
    }
    builder.annotations.push(...this.#file.annotations);
    builder.options.push(...this.#file.options);
    return builder.build();
  }

  #addTemplates(): void {
    const { templates } = this.#file;
    const { templates: made } = this.#builder;
    for (const [index, { name, ...body }] of templates.entries()) {
      if (made.has(name))
        this.#report(
          `templates.${index}.name`,
          'template-exists',
          `There are two templates ${quoted(name)}.`,
          'Rename one.',
        );
      made.set(name, { ...withoutRules(body), name, dynamic: null });
    }
    // A rule may use a template that is defined later.
    for (const [index, { name, rules, ports }] of templates.entries()) {
      const template = made.get(name);
      const path = `templates.${index}`;
      if (template !== undefined) template.dynamic = this.#rulesOf(rules, name, `${path}.rules`);
      this.#checkPorts(ports, `${path}.ports`);
      const entry = templates[index];
      if (entry !== undefined) this.#checkBody(entry, name, path);
    }
  }

  /** What no host can be, and where the parts of a template stand that a later check may speak of. */
  #checkBody(body: Partial<TemplateBody>, name: string, path: string): void {
    const { ethernet = null, ports = [], defaultActions } = body;
    const fault = ethernet === null ? null : ethernetFault(ethernet);
    if (fault !== null)
      this.#report(
        `${path}.ethernet`,
        'ethernet-of-nobody',
        fault,
        'The first octet of an address of one host is even; or name a vendor such as `dell`.',
      );
    const parts: readonly (readonly [Part, string])[] = [
      [partOf.ethernet(name), `${path}.ethernet`],
      [partOf.personality(name), `${path}.personality`],
      [partOf.user(name), `${path}.process`],
      [partOf.spoof(name), `${path}.spoof`],
      ...ports.map(({ action }, index) => [action, `${path}.ports.${index}.action`] as const),
      ...Object.entries(defaultActions ?? {}).map(
        ([protocol, action]) => [action, `${path}.default.${protocol}`] as const,
      ),
    ];
    for (const [part, at] of parts) {
      const span = this.#spanAt(at);
      // What the file does not say has no place.
      if (span[0] < span[1]) this.#places.noteSpan(part, span);
    }
  }

  #checkAddresses(addresses: BoundAddresses, path: string): void {
    if ('length' in addresses) {
      if (isNobodysPrefix(addresses))
        this.#report(
          path,
          'address-of-nobody',
          `No host can have an address of ${formatIpv6Prefix(addresses)}.`,
          'Hosts have addresses such as 2001:db8:1::5; a whole link is 2001:db8:1::/64.',
        );
      return;
    }
    const { first, last } = addresses;
    const nobodys = nobodysAddress(first, last);
    if (nobodys === null) return;
    this.#report(
      path,
      'address-of-nobody',
      `No host can have ${formatIpv4(nobodys)}.`,
      'Hosts have addresses from 1.0.0.0 to 223.255.255.255, without 127.0.0.0/8.',
    );
  }

  #changed(base: Template, changes: Partial<TemplateBody>, name: string, path: string): Template {
    const { rules, ...body } = changes;
    const dynamic = rules === undefined ? base.dynamic : this.#rulesOf(rules, name, `${path}.rules`);
    if (body.ports !== undefined) this.#checkPorts(body.ports, `${path}.ports`);
    return { ...base, ...body, dynamic };
  }

  #rulesOf(rules: readonly RuleEntry[] | null, owner: string, path: string): Template['dynamic'] {
    if (rules === null) return null;
    return rules.map((rule, index) => {
      const base = this.#baseOf(rule.template, `${path}.${index}.template`);
      if (base !== undefined && (base.dynamic !== null || this.#isDynamic(base.name)))
        this.#report(
          `${path}.${index}.template`,
          'dynamic-in-dynamic',
          `Template ${quoted(base.name)} is itself dynamic.`,
          'Add its rules here instead.',
        );
      const name = rule.name ?? `${owner}_${index}_${base?.name ?? 'own'}`;
      return {
        condition: rule.condition,
        template: { ...(base ?? emptyTemplate(name)), ...rule.changes, name, dynamic: null },
      };
    });
  }

  #isDynamic(name: string): boolean {
    return this.#file.templates.some((entry) => entry.name === name && entry.rules !== null);
  }

  /** Returns the template of this name; undefined if there is none. */
  #baseOf(name: string | null, path: string): Template | undefined {
    if (name === null) return undefined;
    const template = this.#builder.templates.get(name);
    if (template === undefined) {
      // Only the first of many problems come with a suggestion.
      const isEarly = this.problems.length < SUGGESTIONS_MAX;
      const meant = isEarly ? nearest(name, this.#builder.templates.keys()) : undefined;
      const help = meant === undefined ? 'Define it under `templates`.' : `Did you mean \`${meant}\`?`;
      this.#report(path, 'unknown-template', `There is no template ${quoted(name)}.`, help);
    }
    return template;
  }

  #checkPorts(ports: Template['ports'], path: string): void {
    const seen = new Set<string>();
    for (const [index, { protocol, port }] of ports.entries()) {
      const key = `${protocol}/${port}`;
      if (seen.has(key))
        this.#report(
          `${path}.${index}.port`,
          'port-defined-twice',
          `The port ${key} appears a second time.`,
          'Keep one of them.',
        );
      seen.add(key);
    }
  }

  #addNetwork(): void {
    const builder = this.#builder;
    for (const [index, { router, network }] of this.#file.entries.entries()) {
      if (builder.overlappingEntry(network) !== undefined)
        this.#report(
          `entries.${index}`,
          'entry-overlap',
          'This entry overlaps an earlier one.',
          'Give each entry its own network.',
        );
      builder.entries.push({ router, network });
    }
    for (const [index, entry] of this.#file.routers.entries()) {
      const router = builder.router(entry.address);
      router.links.push(...entry.links);
      router.unreachable.push(...entry.unreachable);
      router.tunnels.push(...entry.tunnels);
      router.routes.push(...entry.routes.map(routeOf));
      for (const [at, { drop }] of entry.routes.entries())
        if (drop !== null && drop.toSeconds <= drop.fromSeconds)
          this.#report(
            `routers.${index}.routes.${at}.drop`,
            'empty-span',
            '`to` must be longer than `from`.',
            'Write `drop: {from: 20ms, to: 50ms}`.',
          );
    }
    // What the file says of the way back takes precedence.
    for (const { address, routes } of this.#file.routers)
      for (const flat of routes) builder.addWayBack(address, routeOf(flat));
    for (const { router } of this.#file.entries) builder.router(router);
  }

  #report(path: string, code: string, message: string, help: string): void {
    this.problems.push({ code, path, span: this.#spanAt(path), message, help });
  }
}

function routeOf({ network, nextHop, latencySeconds, loss, bandwidth, drop }: FlatRoute) {
  return { network, nextHop, link: { latencySeconds, loss, bandwidth, drop } };
}

/** A template with all defaults. */
function emptyTemplate(name: string): Template {
  return { ...withoutRules(emptyBody), name, dynamic: null };
}
