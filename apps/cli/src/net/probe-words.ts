/** What `net probe` has found, as lines. */
import { formatDuration, formatIpv4 } from '@wormwood/base';
import { formatObserved, type HostView, type OsMatch, type P0fMatch, type Unmet } from '@wormwood/honeynet';
import { formatMac } from '@wormwood/wire';

/** What was seen, and what fingerprinting tools would call it. */
export interface Probed {
  readonly address: number;
  readonly source: number;
  /** Null: nobody is bound there, or it depends. */
  readonly template: string | null;
  readonly personality: string | null;
  readonly view: HostView;
  readonly vendor: string | null;
  readonly p0f: { readonly signature: string; readonly match: P0fMatch | null } | null;
  /** Whether a p0f.fp is installed. */
  readonly hasP0f: boolean;
  readonly matches: readonly OsMatch[];
  readonly unmet: readonly Unmet[];
}

const LABEL_WIDTH = 9;
/** In front of what continues a line. */
const INDENT = ' '.repeat(LABEL_WIDTH);

/** Returns the lines. */
export function probeInWords(probed: Probed): readonly string[] {
  const { address, source, template, personality, view } = probed;
  const who = template === null ? '' : `, template "${template}"`;
  const system = personality === null ? '' : `, personality "${personality}"`;
  return [
    `${formatIpv4(address)}${who}${system}, as ${formatIpv4(source)} sees it`,
    '',
    line('link', linkInWords(probed)),
    line('ping', pingInWords(view)),
    line('tcp', portsInWords(view, 'tcp')),
    line('udp', portsInWords(view, 'udp')),
    ...clientInWords(view).map((text, i) => line(i === 0 ? 'client' : '', text)),
    ...p0fInWords(probed).map((text, i) => line(i === 0 ? 'p0f' : '', text)),
    ...nmapInWords(probed).map((text, i) => line(i === 0 ? 'nmap' : '', text)),
  ];
}

function line(label: string, text: string): string {
  return label === '' ? `${INDENT}${text}` : `${label.padEnd(LABEL_WIDTH)}${text}`;
}

function linkInWords({ view: { linkAddress, answersArp }, vendor }: Probed): string {
  if (!answersArp) return 'no answer to ARP';
  if (linkAddress === null) return "answers ARP with the address of the sensor's interface";
  return `answers ARP with ${formatMac(linkAddress)}, ${vendor ?? 'of no known vendor'}`;
}

function pingInWords({ ping }: HostView): string {
  if (ping === null) return 'no answer';
  return `answers${afterInWords(ping.seconds)}, TTL ${ping.timeToLive}`;
}

/** In memory nothing takes time but the links of the topology. */
function afterInWords(seconds: number): string {
  return seconds < SHORTEST_SECONDS ? '' : ` after ${formatDuration(Math.round(seconds * 1e5) / 1e5)}`;
}

const SHORTEST_SECONDS = 0.0002;

function portsInWords({ ports, others }: HostView, protocol: 'tcp' | 'udp'): string {
  const own = ports.filter((each) => each.protocol === protocol);
  const states = (['open', 'closed', 'silent'] as const).flatMap((state) => {
    const which = own.filter((each) => each.state === state).map(({ port }) => port);
    return which.length === 0 ? [] : [`${which.join(', ')} ${state}`];
  });
  return [...states, `${states.length === 0 ? 'all ports' : 'all others'} ${others[protocol]}`].join('; ');
}

function clientInWords({ handshake }: HostView): readonly string[] {
  if (handshake === null) return ['finds no open port'];
  const { port, seconds, traits, clock } = handshake;
  const { timeToLive, window, windowScale, mssBytes, layout } = traits;
  const scale = layout.includes('ws') ? `, window scale ${windowScale}` : '';
  const time =
    clock === null
      ? 'shows no uptime'
      : `${clock.ticksPerSecond} timestamps a second; up for ${formatDuration(clock.uptimeSeconds)}`;
  return [
    `is answered at tcp/${port}${afterInWords(seconds)}: TTL ${timeToLive}, window ${window}${scale}, MSS ${mssBytes}`,
    `options ${layout === '' ? 'none' : layout}; ${time}`,
  ];
}

function p0fInWords({ p0f, hasP0f }: Probed): readonly string[] {
  if (p0f === null) return ['has no SYN/ACK to look at'];
  const { match, signature } = p0f;
  const kinds = [match?.isGeneric === true ? 'generic' : '', match?.isFuzzy === true ? 'fuzzy' : ''];
  const kind = kinds.filter(Boolean).join(', ');
  const name =
    match === null
      ? hasP0f
        ? 'no name in the installed p0f.fp'
        : 'no name: no p0f.fp is installed'
      : `${match.system}${kind === '' ? '' : ` (${kind})`}`;
  return [name, signature];
}

function nmapInWords({ view, matches, unmet, personality }: Probed): readonly string[] {
  const { openPort, closedPort, observed } = view;
  const asked = [
    openPort === null ? 'no open TCP port' : `the open tcp/${openPort}`,
    closedPort === null ? 'no closed one' : `the closed tcp/${closedPort}`,
  ].join(' and ');
  const names = matches.map(
    ({ name, accuracy }) =>
      `${`${Math.floor(accuracy * 100)}%`.padStart(4)} ${name}${name === personality ? ' (as configured)' : ''}`,
  );
  return [
    `asks ${asked}${names.length === 0 ? ': no name fits by 85% or more' : ''}`,
    ...names,
    ...formatObserved(observed),
    ...unmet.map(({ test, reason }) => `not played: ${test}, ${reason}`),
  ];
}
