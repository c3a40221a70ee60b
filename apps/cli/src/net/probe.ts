/** `wormwood net probe CONFIG ADDRESS`: what a client, p0f and nmap see of this address, found out in memory and without root. */
import { formatIpv4, randomStreams, siphashKeyOf } from '@wormwood/base';
import {
  CLIENT_MSS_BYTES,
  COMMON_VENDORS,
  explainAddress,
  formatObserved,
  formatP0f,
  type Honeynet,
  osMatches,
  p0fMatch,
  probeHost,
  vendorNameOf,
} from '@wormwood/honeynet';
import { hostSeed, installedP0f, linkAddresses, personalitiesOf } from '@wormwood/sensor';
import { formatMac } from '@wormwood/wire';
import type { PrintOptions } from '../command-options.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import { openHoneynet } from './configuration.ts';
import { installedVendors, readPersonalitiesOrFail } from './known-names.ts';
import { type Probed, probeInWords } from './probe-words.ts';

export interface NetProbeOptions extends PrintOptions {
  readonly edges?: boolean;
  readonly from: number;
  readonly personalities?: string;
  readonly seed?: string;
}

const MATCHES_MAX = 5;

export async function netProbe(path: string, address: number, options: NetProbeOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { honeynet } = openHoneynet(path, terminal, { edges: options.edges });
  if (honeynet === null) return EXIT.invalidFile;
  const external = honeynet.externals.find((each) => each.address === address);
  if (external !== undefined)
    terminal.say(
      `A real machine behind ${external.interfaceName} has the address; what follows is without it.`,
    );
  const probed = probe(honeynet, address, options, (sentence) => terminal.say(sentence));
  await terminal.print(options.json ? JSON.stringify(plain(probed)) : probeInWords(probed).join('\n'));
  return EXIT.ok;
}

function probe(
  honeynet: Honeynet,
  address: number,
  { from: source, personalities: path, seed }: NetProbeOptions,
  onTrouble: (sentence: string) => void,
): Probed {
  const catalog = readPersonalitiesOrFail(path);
  const streams = randomStreams(seed ?? '1');
  const hostStreams = randomStreams(seed ?? hostSeed());
  const personalities = personalitiesOf({
    honeynet,
    hostStreams,
    personalities: () => catalog,
    onTrouble,
    secret: siphashKeyOf(streams.stream('cli/probe/secret')),
  });
  const now = new Date();
  const view = probeHost({
    honeynet,
    address,
    source,
    streams,
    behaviorOf: personalities.behaviorOf,
    linkAddressesOf: linkAddresses(hostStreams),
    minuteOfDay: () => now.getHours() * 60 + now.getMinutes(),
  });
  const question = { address, protocol: 'tcp', port: view.openPort, source } as const;
  const { answer } = explainAddress(honeynet, question);
  const template = answer?.cases.length === 1 ? answer.cases[0]!.template : null;
  const personality = template === null ? null : personalities.nameOf(template);
  const known = installedP0f();
  const traits = view.handshake?.traits ?? null;
  const vendors = [...COMMON_VENDORS, ...installedVendors()];
  return {
    address,
    source,
    template: template === null ? null : (answer?.binding?.original ?? template.name),
    personality,
    view,
    vendor: view.linkAddress === null ? null : vendorNameOf(view.linkAddress, vendors),
    p0f:
      traits === null
        ? null
        : {
            signature: formatP0f(traits, CLIENT_MSS_BYTES),
            match: p0fMatch(traits, known?.responses ?? [], CLIENT_MSS_BYTES),
          },
    hasP0f: known !== null,
    // Without a port that answers there is nothing by which one silent host differs from another.
    matches:
      view.openPort === null && view.closedPort === null
        ? []
        : osMatches(view.observed, catalog.indices, MATCHES_MAX),
    unmet: personality === null ? [] : (catalog.find(personality)?.personality.unmet ?? []),
  };
}

/** The same with addresses as text. */
function plain({
  address,
  source,
  template,
  personality,
  view,
  vendor,
  p0f,
  matches,
  unmet,
}: Probed): object {
  const { linkAddress, answersArp, ping, ports, others, handshake, observed, openPort, closedPort } = view;
  return {
    address: formatIpv4(address),
    from: formatIpv4(source),
    template,
    personality,
    link: { answersArp, mac: linkAddress === null ? null : formatMac(linkAddress), vendor },
    ping,
    ports,
    others,
    client: handshake && {
      port: handshake.port,
      seconds: handshake.seconds,
      timeToLive: handshake.traits.timeToLive,
      window: handshake.traits.window,
      windowScale: handshake.traits.windowScale,
      mssBytes: handshake.traits.mssBytes,
      options: handshake.traits.layout,
      clock: handshake.clock,
    },
    p0f: p0f && { signature: p0f.signature, match: p0f.match },
    nmap: { openPort, closedPort, fingerprint: formatObserved(observed), matches, unmet },
  };
}
