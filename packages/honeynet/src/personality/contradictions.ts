/**
 * What of a template gives the other half away: a personality that does not go with its ports, its banners, its Ethernet
 * address or its uptime. Only what no such system has is reported; what is merely unusual is not.
 */
import { enumerated, formatDuration, quoted } from '@wormwood/base';
import type { Honeynet, Template } from '../model.ts';
import { type EthernetVendor, vendorNamedBy } from '../config/ethernet-address.ts';
import { type Finding, type PlacedAction, templateActions, whereIs } from '../config/findings.ts';
import { partOf } from '../config/places.ts';
import type { Personality } from './personality.ts';

/** What has to be known beside the configuration. */
export interface CheckKnowledge {
  /** Returns the personality that answers for a name; null: a plain stack does. */
  personalityOf(name: string): Personality | null;
  readonly vendors: readonly EthernetVendor[];
  /** Returns the text of the script that a command runs; null: it runs none, or it cannot be read. */
  scriptTextOf(command: string): string | null;
}

/** What a system is: as far as ports and banners depend on it. */
type Kind = 'windows' | 'unix' | 'device';

/** Families of `nmap-os-db` whose programs are those of Unix; what is neither is a device. */
const UNIX = new Set([
  'Linux',
  'FreeBSD',
  'OpenBSD',
  'NetBSD',
  'DragonFly BSD',
  'Solaris',
  'OpenSolaris',
  'OpenIndiana',
  'SunOS',
  'AIX',
  'HP-UX',
  'IRIX',
  'Tru64 UNIX',
  'Digital UNIX',
  'UnixWare',
  'OpenServer',
  'Mac OS X',
  'OS X',
  'macOS',
  'Android',
  'FreeNAS',
]);

interface Claim {
  /** What it is, for a sentence. */
  readonly what: string;
  /** Systems that have it. */
  readonly of: readonly Kind[];
}

const PORTS: ReadonlyMap<number, Claim> = new Map([
  [135, { what: 'the endpoint mapper of Windows', of: ['windows'] }],
  [512, { what: 'rexec', of: ['unix'] }],
  [513, { what: 'rlogin', of: ['unix'] }],
  [514, { what: 'rsh', of: ['unix', 'device'] }],
  [5985, { what: 'Windows Remote Management', of: ['windows'] }],
]);

/** Texts that only such systems send, in scripts and in the names of those that Honeyd ships. */
const BANNERS: readonly (readonly [RegExp, Claim])[] = [
  [
    /Microsoft-(?:IIS|HTTPAPI)|Microsoft (?:ESMTP|FTP Service|Exchange)|OpenSSH_for_Windows|Microsoft Windows \[Version/,
    { what: 'of Windows', of: ['windows'] },
  ],
  [/(?:^|[/_-])(?:iis|msftp|mssql|win2k|win32|winxp)\b/im, { what: 'of Windows', of: ['windows'] }],
  [
    /OpenSSH_(?!for_Windows)|vsFTPd|ProFTPD|wu-\d|Postfix|Sendmail [\d./]|\b(?:Dovecot|Exim) |SunOS \d|GNU\/Linux/,
    { what: 'of Unix', of: ['unix', 'device'] },
  ],
  [
    /Apache\/\S* ?\((?:Unix|Debian|Ubuntu|CentOS|Red ?Hat|Fedora|FreeBSD)/,
    { what: 'of Unix', of: ['unix', 'device'] },
  ],
  [/User Access Verification|Cisco IOS|router-telnet/, { what: 'of a router', of: ['device'] }],
];
/** A script that asks what it is plays more than one system. */
const ASKS = /HONEYD_PERSONALITY|HONEYD_TEMPLATE_NAME/;

/** Makers whose own addresses their devices have, by the first word of their names. */
const MAKERS: ReadonlyMap<string, string> = new Map([
  ['cisco', 'Cisco'],
  ['cisco-linksys', 'Cisco'],
  ['linksys', 'Cisco'],
  ['juniper', 'Juniper'],
  ['apple', 'Apple'],
  ['dell', 'Dell'],
  ['hp', 'HP'],
  ['hewlett', 'HP'],
  ['ibm', 'IBM'],
  ['lexmark', 'Lexmark'],
  ['xerox', 'Xerox'],
  ['brother', 'Brother'],
  ['ricoh', 'Ricoh'],
  ['kyocera', 'Kyocera'],
  ['siemens', 'Siemens'],
  ['rockwell', 'Rockwell'],
  ['allen-bradley', 'Rockwell'],
  ['schneider', 'Schneider'],
  ['netgear', 'Netgear'],
  ['d-link', 'D-Link'],
  ['zyxel', 'ZyXEL'],
  ['axis', 'Axis'],
  ['nintendo', 'Nintendo'],
]);
/** Of these, nobody runs Windows on what they make. */
const DEVICES_ALONE = new Set([
  'Cisco',
  'Juniper',
  'Lexmark',
  'Xerox',
  'Brother',
  'Ricoh',
  'Kyocera',
  'Rockwell',
  'Schneider',
  'ZyXEL',
  'Axis',
  'Nintendo',
]);

/** Returns what contradicts itself, and what a personality leaves without an answer, each thing once. */
export function contradictionsOf(honeynet: Honeynet, knowledge: CheckKnowledge): readonly Finding[] {
  const seen = new Set<string>();
  const texts = new Map<string, string | null>();
  const textOf = (command: string): string | null => {
    if (!texts.has(command)) texts.set(command, knowledge.scriptTextOf(command));
    return texts.get(command) ?? null;
  };
  return distinctTemplates(honeynet).flatMap((template) => {
    const { personality: name } = template;
    const personality = name === null || name === 'random' ? null : knowledge.personalityOf(name);
    if (personality === null) return [];
    const system = { template, personality, kinds: kindsOf(personality) };
    return [
      ...templateActions(template).flatMap((placed) => actionFindings(system, placed, textOf)),
      ...ethernetFindings(system, knowledge.vendors),
      ...uptimeFindings(system),
      ...silenceFindings(system),
    ].filter(({ code, message }) => !seen.has(`${code} ${message}`) && seen.add(`${code} ${message}`));
  });
}

/** Copies that are bound and say what their original says are left out. */
function distinctTemplates({ templates, bindings, ipv6Bindings }: Honeynet): readonly Template[] {
  const seen = new Set<string>();
  const copies = new Set([...bindings, ...ipv6Bindings].map(({ template }) => template));
  const own = [...templates.values()].filter((template) => !copies.has(template));
  return [...own, ...copies].filter((template) => {
    const { personality, ethernet, uptimeSeconds } = template;
    const key = JSON.stringify([
      personality,
      ethernet,
      uptimeSeconds,
      copies.has(template) ? '' : template.name,
    ]);
    const isKnown = seen.has(key);
    seen.add(key).add(JSON.stringify([personality, ethernet, uptimeSeconds, '']));
    return !isKnown;
  });
}

interface System {
  readonly template: Template;
  readonly personality: Personality;
  /** Empty: not known. */
  readonly kinds: ReadonlySet<Kind>;
}

/** A fingerprint that several systems share is of several kinds. */
function kindsOf({ classes }: Personality): ReadonlySet<Kind> {
  return new Set(
    classes.map((line): Kind => {
      const family = fieldsOf(line).family;
      if (family === 'Windows') return 'windows';
      return UNIX.has(family) ? 'unix' : 'device';
    }),
  );
}

function fieldsOf(line: string): { readonly vendor: string; readonly family: string } {
  const [vendor = '', family = ''] = line.split('|').map((field) => field.trim());
  return { vendor, family };
}

function contradicts({ kinds }: System, { of }: Claim): boolean {
  return kinds.size > 0 && of.every((kind) => !kinds.has(kind));
}

function actionFindings(
  system: System,
  placed: PlacedAction,
  textOf: (command: string) => string | null,
): readonly Finding[] {
  const { protocol, port, action } = placed;
  if (protocol !== 'tcp' || action.kind === 'closed' || action.kind === 'filtered') return [];
  const claim = port === null ? undefined : PORTS.get(port);
  const atPort =
    claim === undefined || !contradicts(system, claim)
      ? []
      : [
          warn(
            'port-contradicts-personality',
            [action],
            `${whereIs(placed)} is ${claim.what}, which ${nameOf(system)} has not.`,
            'Close the port, or name another personality.',
          ),
        ];
  const banner = bannerOf(placed, textOf);
  if (banner === null || !contradicts(system, banner.claim)) return atPort;
  return [
    ...atPort,
    warn(
      'banner-contradicts-personality',
      [action],
      `${whereIs(placed)} says ${quoted(banner.text)}, a text ${banner.claim.what}, and its system is ${nameOf(system)}.`,
      'Give the script the words of that system, or name another personality.',
    ),
  ];
}

/** The first text of one kind of system in a script; null where it has none, or those of several kinds. */
function bannerOf(
  { action }: PlacedAction,
  textOf: (command: string) => string | null,
): { readonly text: string; readonly claim: Claim } | null {
  if (action.kind !== 'script') return null;
  const script = textOf(action.command) ?? '';
  if (ASKS.test(script)) return null;
  const text = `${action.command}\n${script}`.replaceAll(/^\s*#.*$/gm, '');
  const found = BANNERS.flatMap(([pattern, claim]) => {
    const match = pattern.exec(text);
    return match === null ? [] : [{ text: match[0], claim }];
  });
  const kinds = new Set(found.map(({ claim }) => claim.what));
  return kinds.size === 1 ? found[0]! : null;
}

function ethernetFindings(system: System, vendors: readonly EthernetVendor[]): readonly Finding[] {
  const { template, personality, kinds } = system;
  if (template.ethernet === null) return [];
  const vendor = vendorNamedBy(template.ethernet, vendors);
  const maker = vendor === null ? undefined : makerOf(vendor);
  if (vendor === null || maker === undefined) return [];
  const systemMakers = new Set(personality.classes.map((line) => makerOf(fieldsOf(line).vendor)));
  const isApples = systemMakers.size === 1 && systemMakers.has('Apple');
  const isDevice = kinds.size === 1 && kinds.has('device') && !systemMakers.has(undefined);
  const isOtherMakers = (isDevice || isApples) && !systemMakers.has(maker);
  const isNoComputer = kinds.size === 1 && kinds.has('windows') && DEVICES_ALONE.has(maker);
  if (!isOtherMakers && !isNoComputer) return [];
  return [
    warn(
      'ethernet-contradicts-personality',
      [partOf.ethernet(template.name)],
      `Template ${quoted(template.name)}: its Ethernet address is of ${vendor}, who makes nothing that runs ${nameOf(system)}.`,
      isOtherMakers
        ? `Name the maker of that system: set … ethernet "${[...systemMakers][0]!.toLowerCase()}".`
        : 'Name a maker of computers, such as "dell".',
    ),
  ];
}

function makerOf(vendor: string): string | undefined {
  return MAKERS.get(vendor.toLowerCase().split(/[\s,(]/, 1)[0] ?? '');
}

const WRAP = 2 ** 32;

function uptimeFindings({ template, personality }: System): readonly Finding[] {
  const { uptimeSeconds } = template;
  if (uptimeSeconds === null) return [];
  const { timestamps, synAcks } = personality;
  const about = [partOf.personality(template.name)];
  const who = `Template ${quoted(template.name)}: ${quoted(personality.name)}`;
  if (synAcks[0]?.timestamps !== true)
    return [
      warn(
        'uptime-contradicts-personality',
        about,
        `${who} sends no timestamps, so that an uptime of ${formatDuration(uptimeSeconds)} is never seen.`,
        'Leave the uptime out.',
      ),
    ];
  if (timestamps.isRandom)
    return [
      warn(
        'uptime-contradicts-personality',
        about,
        `${who} begins each connection with another timestamp, and an uptime makes it count as no such system does.`,
        'Leave the uptime out.',
      ),
    ];
  const longest = WRAP / timestamps.ticksPerSecond;
  if (uptimeSeconds < longest) return [];
  return [
    warn(
      'uptime-contradicts-personality',
      about,
      `${who} counts ${timestamps.ticksPerSecond} timestamps a second and begins anew after ${formatDuration(longest)}: of ` +
        `${formatDuration(uptimeSeconds)} others see ${formatDuration(uptimeSeconds % longest)}.`,
      'Write the uptime that shall be seen.',
    ),
  ];
}

function silenceFindings({ template, personality }: System): readonly Finding[] {
  const { defaultActions, ports } = template;
  const hasClosed = (protocol: 'tcp' | 'udp'): boolean =>
    defaultActions[protocol].kind === 'closed' ||
    ports.some((rule) => rule.protocol === protocol && rule.action.kind === 'closed');
  const silent = [
    ...(defaultActions.icmp.kind === 'open' && !personality.echo.answers ? ['pings'] : []),
    ...(hasClosed('udp') && !personality.unreachable.answers ? ['datagrams to closed ports'] : []),
    ...(hasClosed('tcp') && personality.strays['closed-syn'] === null ? ['SYNs to closed ports'] : []),
  ];
  if (silent.length === 0) return [];
  return [
    {
      severity: 'note',
      code: 'silent-personality',
      about: [partOf.personality(template.name)],
      message:
        `Template ${quoted(template.name)}: ${quoted(personality.name)} leaves ${enumerated(silent)} without an answer, ` +
        'as its fingerprint has it.',
      help: '',
    },
  ];
}

function nameOf({ personality }: System): string {
  return quoted(personality.name);
}

function warn(code: string, about: Finding['about'], message: string, help: string): Finding {
  return { severity: 'warning', code, about, message: message[0]!.toUpperCase() + message.slice(1), help };
}
