/** What a configuration may say and this program reads, keeps and does not do. */
import { formatIpv4 } from '@wormwood/base';
import { BindingTable } from '../binding-table.ts';
import type { Honeynet, PortAction, Template } from '../model.ts';
import { INTERNAL_SERVICES } from '../service/service-runner.ts';

/** Returns a sentence for each such thing in a honeynet, in the order of the language. */
export function unsupportedFeatures(honeynet: Honeynet): readonly string[] {
  const bound = new Set(honeynet.bindings.map(({ template }) => template.name));
  const templates = [...honeynet.templates.values()];
  // A copy that is bound says what its original has said.
  const own = templates.filter(({ name }) => !bound.has(name));
  const told = own.length > 0 ? own : templates;
  const table = new BindingTable(honeynet.bindings);
  return [
    ...told.flatMap((template) =>
      template.subsystems.map(
        ({ command }) => `Template "${template.name}": the subsystem "${command}" is kept and not run.`,
      ),
    ),
    ...told.flatMap((template) => spoofsWithoutEffect(template, table)),
    ...told.flatMap(unknownServices),
    ...honeynet.broadcasts.map(
      ({ template }) => `Template "${template}": its broadcasts are kept and not sent.`,
    ),
    ...new Set(honeynet.options.map(({ plugin }) => `The options of plug-in "${plugin}" have no effect.`)),
  ];
}

function spoofsWithoutEffect({ name, spoof }: Template, table: BindingTable): readonly string[] {
  if (spoof === null) return [];
  const { fromAddress, toAddress } = spoof;
  const isForeign = fromAddress !== null && table.find(fromAddress) < 0;
  return [
    ...(isForeign
      ? [
          `Template "${name}": nothing is bound to ${formatIpv4(fromAddress)}, so replies come from the address that was asked.`,
        ]
      : []),
    ...(toAddress === null
      ? []
      : [`Template "${name}": replies go to who asked; "spoof to ${formatIpv4(toAddress)}" is kept only.`]),
  ];
}

function unknownServices(template: Template): readonly string[] {
  const actions: readonly PortAction[] = [
    ...Object.values(template.defaultActions),
    ...template.ports.map(({ action }) => action),
  ];
  return actions.flatMap((action) => {
    if (action.kind === 'proxy' && action.host.includes('$ipsrc'))
      return [
        `Template "${template.name}": a proxy to $ipsrc would attack back; whoever asks there is let go.`,
      ];
    if (action.kind !== 'internal') return [];
    const name = action.service.trim().split(/\s+/, 1)[0] ?? '';
    if (INTERNAL_SERVICES.includes(name)) return [];
    return [
      `Template "${template.name}": no service inside the sensor is called "${name}" (Honeyd ran Python modules).`,
    ];
  });
}
