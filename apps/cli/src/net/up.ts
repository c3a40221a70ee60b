/** `wormwood net up`: runs a honeynet on a device until a signal stops it. */
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type Cidr, formatIpv4, type Parsed, printable, randomStreams } from '@wormwood/base';
import { type Honeynet, parseHoneydConfiguration, OWN_SYNS, type SynFingerprints } from '@wormwood/honeynet';
import {
  Daemon,
  type DaemonOptions,
  DEMO_CONFIGURATION,
  findUser,
  hostSeed,
  installedSynFingerprints,
  type LookAround,
  lookAround,
  memoryDevices,
  openDevice,
  parseDevice,
  parseLinkNetwork,
  parseRouter,
  readSynFingerprints,
  SCRIPT_USER_DEFAULT,
  systemClock,
} from '@wormwood/sensor';
import { netsWords } from '@wormwood/sensor/status-checks';
import { parseIpv6Prefix } from '@wormwood/wire';
import Table from 'cli-table3';
import { CommandFailure, errorCode, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import { type CheckedHoneynet, openHoneynetApart } from './configuration.ts';
import type { PrintOptions } from '../command-options.ts';
import { readPersonalitiesOrFail } from './known-names.ts';

export interface NetUpOptions extends PrintOptions {
  readonly device?: string;
  readonly net: readonly Cidr[];
  readonly ipv6: readonly string[];
  readonly router: readonly string[];
  readonly linkNet: readonly string[];
  readonly askFirst?: true;
  readonly edges?: boolean;
  readonly fingerprints?: string;
  readonly personalities?: string;
  readonly capture?: string;
  readonly pcap?: string;
  readonly events?: string;
  readonly packetLog?: string;
  readonly serviceLog?: string;
  readonly user?: string;
  readonly scriptUser?: string;
  readonly name: string;
  readonly control: string;
  readonly metricsPort?: number;
  readonly memory: number;
  readonly seed?: string;
  readonly demo?: true;
}

const MEMORY_DEVICE = 'memory';

export async function netUp(config: string | undefined, options: NetUpOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const device = deviceOf(config, options);
  if (device.kind === 'memory') return showInMemory(config, options, terminal);
  const daemon = await startOn(device, config, options, terminal);
  if (daemon === undefined) return EXIT.invalidFile;
  return runUntilSignal(daemon, () => loadHoneynet(config, options, terminal), terminal);
}

type Device = NonNullable<ReturnType<typeof parseDevice>>;

/** Keeps the daemon alone: the honeynet as read takes far more memory than the daemon needs. */
async function startOn(
  device: Exclude<Device, { readonly kind: 'memory' }>,
  config: string | undefined,
  options: NetUpOptions,
  terminal: Terminal,
): Promise<Daemon | undefined> {
  const honeynet = await loadHoneynet(config, options, terminal);
  if (honeynet === undefined) return undefined;
  const user = userOf(options);
  const scriptUser = scriptUserOf(options);
  const opened = openDevice(device);
  if (!opened.ok) {
    throw new CommandFailure(
      opened.reason === 'failed' ? EXIT.failed : EXIT.missingCapability,
      opened.sentence,
    );
  }
  return started({ ...commonOptions(config, honeynet, options, terminal), opened, user, scriptUser });
}

function deviceOf(config: string | undefined, options: NetUpOptions): Device {
  if (options.demo && (config !== undefined || options.device !== undefined)) {
    throw new CommandFailure(EXIT.usage, '--demo uses its own honeynet and device; omit yours.');
  }
  if (config === undefined && !options.demo) {
    throw new CommandFailure(EXIT.usage, 'Name a honeynet to run, or try `wormwood net up --demo`.');
  }
  const text = options.demo ? MEMORY_DEVICE : options.device;
  if (text === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      'Name a device: --device packet:IFACE, tun:NAME, pcap:FILE or memory.',
    );
  }
  const device = parseDevice(text);
  if (device === undefined) {
    throw new CommandFailure(
      EXIT.usage,
      `There is no device ${text}; use packet:IFACE, tun:NAME, pcap:FILE or memory.`,
    );
  }
  return device;
}

/** Returns the honeynet, or undefined after its problems were reported. */
async function loadHoneynet(
  config: string | undefined,
  options: NetUpOptions,
  terminal: Terminal,
): Promise<Honeynet | undefined> {
  const { honeynet, diagnostics } =
    config === undefined
      ? demoHoneynet()
      : await openHoneynetApart(config, terminal, { edges: options.edges });
  if (honeynet !== null) return honeynet;
  if (options.json) await terminal.print(JSON.stringify({ ok: false, diagnostics }));
  return undefined;
}

function demoHoneynet(): CheckedHoneynet {
  const readInclude = () => ({ ok: false, reason: 'there are no files' }) as const;
  return parseHoneydConfiguration({ text: DEMO_CONFIGURATION, file: 'demo', readInclude });
}

/** Root switches to `nobody` if no other account is named; other users stay who they are. */
function userOf({ user }: NetUpOptions): DaemonOptions['user'] {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && user === undefined) return null;
  const name = user ?? 'nobody';
  const account = findUser(name);
  if (account === undefined) throw new CommandFailure(EXIT.usage, `There is no user ${name}.`);
  if (!isRoot && account.userId !== process.getuid?.()) {
    throw new CommandFailure(EXIT.missingCapability, `Only root can switch to ${name}.`);
  }
  return isRoot ? account : null;
}

/** Only root can start a script as another user than its own. */
function scriptUserOf({ scriptUser: name }: NetUpOptions): DaemonOptions['scriptUser'] {
  if (process.getuid?.() !== 0) {
    if (name === undefined) return null;
    throw new CommandFailure(EXIT.missingCapability, `Only root can run scripts as ${name}.`);
  }
  if (name === undefined) return SCRIPT_USER_DEFAULT;
  const account = findUser(name);
  if (account === undefined) throw new CommandFailure(EXIT.usage, `There is no user ${name}.`);
  if (account.userId === 0) throw new CommandFailure(EXIT.usage, 'Scripts never run as root.');
  return account;
}

type CommonOptions = Omit<DaemonOptions, 'opened' | 'user' | 'scriptUser'>;

function commonOptions(
  config: string | undefined,
  honeynet: Honeynet,
  options: NetUpOptions,
  terminal: Terminal,
): CommonOptions {
  return {
    version: VERSION,
    name: options.name,
    honeynet,
    // Honeyd starts scripts in its data directory; here it is the directory of the configuration.
    directory: config === undefined ? '/' : dirname(resolve(config)),
    nets: options.net,
    ipv6: options.ipv6.map((text) => valueOrFail(parseIpv6Prefix(text))),
    link: {
      networks: options.linkNet.map((text) => valueOrFail(parseLinkNetwork(text))),
      routers: options.router.map((text) => valueOrFail(parseRouter(text))),
    },
    askFirst: options.askFirst === true,
    memoryBytes: options.memory * 2 ** 20,
    personalities: () => readPersonalitiesOrFail(options.personalities),
    fingerprints: fingerprintsOf(honeynet, options, terminal),
    streams: randomStreams(options.seed ?? randomBytes(8).readBigUInt64LE().toString()),
    hostStreams: randomStreams(options.seed ?? hostSeed()),
    outputs: {
      events: options.events ?? null,
      packetLog: options.packetLog ?? null,
      serviceLog: options.serviceLog ?? null,
    },
    captures: options.capture ?? null,
    pcap: options.pcap ?? null,
    control: { socketPath: options.control, metricsPort: options.metricsPort ?? null },
    onTrouble: (sentence) => terminal.warn(`wormwood: ${printable(sentence)}`),
  };
}

/** The named fingerprints and our own, or the installed ones where a template depends on the system of its visitors. */
function fingerprintsOf(
  honeynet: Honeynet,
  { fingerprints: path }: NetUpOptions,
  terminal: Terminal,
): readonly SynFingerprints[] | null {
  if (path !== undefined) return [namedFingerprints(path, terminal), OWN_SYNS];
  const templates = [...honeynet.bindings.map(({ template }) => template), honeynet.defaultTemplate];
  const isNeeded = templates.some((template) =>
    template?.dynamic?.some(({ condition }) => condition.kind === 'source-os'),
  );
  return isNeeded ? installedSynFingerprints() : null;
}

function namedFingerprints(path: string, terminal: Terminal): SynFingerprints {
  const fingerprints = readOrFail(path);
  const [first] = fingerprints.strangeLines;
  if (fingerprints.signatures.length === 0)
    throw new CommandFailure(
      EXIT.invalidFile,
      `${path} is neither a pf.os nor a p0f.fp: it has no fingerprint of a SYN.`,
    );
  if (first !== undefined)
    terminal.warn(
      `wormwood: ${path}:${first} is not a fingerprint of a SYN (the first of ${fingerprints.strangeLines.length} such lines).`,
    );
  return fingerprints;
}

function readOrFail(path: string): SynFingerprints {
  try {
    return readSynFingerprints(path);
  } catch (error) {
    throw new CommandFailure(EXIT.invalidFile, `Cannot read ${path}: ${systemReason(error)}.`, {
      cause: error,
    });
  }
}

function valueOrFail<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new CommandFailure(EXIT.usage, parsed.reason);
  return parsed.value;
}

async function started(options: DaemonOptions): Promise<Daemon> {
  try {
    return await Daemon.start(options);
  } catch (error) {
    options.opened.device.close();
    const path = pathOf(error);
    const isInUse = errorCode(error) === 'EADDRINUSE';
    const what = path === undefined ? 'The sensor cannot start' : `Cannot open ${path}`;
    const why = isInUse ? 'another sensor uses it' : systemReason(error);
    const isForbidden = errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
    throw new CommandFailure(isForbidden ? EXIT.missingCapability : EXIT.failed, `${what}: ${why}.`, {
      cause: error,
    });
  }
}

/** Returns the file or socket that a system error concerns. */
function pathOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const found = 'path' in error ? error.path : 'address' in error ? error.address : undefined;
  return typeof found === 'string' ? found : undefined;
}

async function runUntilSignal(
  daemon: Daemon,
  reload: () => Promise<Honeynet | undefined>,
  terminal: Terminal,
): Promise<ExitCode> {
  const stop = (): void => daemon.close();
  const rotate = (): void => void daemon.reopen();
  const reread = (): void => void rereadInto(daemon, reload);
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGUSR1', rotate).on('SIGHUP', reread);
  const release = surviveFaults(daemon);
  terminal.say(`Answering for ${netsWords(daemon.addressCount(), daemon.nets())}. Press Ctrl-C to stop.`);
  try {
    await daemon.run();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGUSR1', rotate).off('SIGHUP', reread);
    release();
  }
  const { frames } = daemon.sensor.counts();
  terminal.say(`Ended after ${frames} frames.`);
  // The service manager starts it again.
  return daemon.failure === null ? EXIT.ok : EXIT.failed;
}

/**
 * While the sensor runs, an exception that reaches the process is counted and reported, and does not end the program: one
 * connection may have caused it, and all others would suffer. Returns a function that restores the program's own handlers.
 */
function surviveFaults(daemon: Daemon): () => void {
  const caught = (error: unknown): void => daemon.caught(error);
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  for (const event of events) process.removeAllListeners(event).on(event, caught);
  return () => {
    for (const [i, event] of events.entries()) {
      process.removeAllListeners(event);
      for (const listener of before[i] ?? []) process.on(event, listener);
    }
  };
}

/** A configuration that cannot be read changes nothing. */
async function rereadInto(daemon: Daemon, reload: () => Promise<Honeynet | undefined>): Promise<void> {
  const honeynet = await reload().catch(() => undefined);
  if (honeynet === undefined) daemon.refuseReload();
  else daemon.replace(honeynet);
}

async function showInMemory(
  config: string | undefined,
  options: NetUpOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const honeynet = await loadHoneynet(config, options, terminal);
  if (honeynet === undefined) return EXIT.invalidFile;
  const { device, remote } = memoryDevices();
  const opened = { device, clock: systemClock, linkAddress: 0, interfaceName: null };
  const common = commonOptions(config, honeynet, options, terminal);
  const daemon = await started({ ...common, opened, user: null, scriptUser: null, control: null });
  const seen = await lookAround(daemon, remote, daemon.addresses(), common.streams.stream('demo'));
  if (options.json) await terminal.print(JSON.stringify(toJson(seen)));
  else await printSeen(seen, daemon, terminal);
  return seen.hosts.length > 0 ? EXIT.ok : EXIT.failed;
}

function toJson({ hosts, ...counts }: LookAround): unknown {
  return {
    ...counts,
    hosts: hosts.map(({ address, answersPing, openPorts }) => ({
      address: formatIpv4(address),
      answersPing,
      openPorts: [...openPorts].sort((a, b) => a - b),
    })),
  };
}

/** One line for all hosts with the same ports. */
async function printSeen(seen: LookAround, daemon: Daemon, terminal: Terminal): Promise<void> {
  const groups = new Map<string, number[]>();
  for (const { address, openPorts } of seen.hosts) {
    const ports = [...openPorts].sort((a, b) => a - b).join(', ');
    groups.set(ports, [...(groups.get(ports) ?? []), address]);
  }
  const table = new Table({
    head: ['open ports', 'hosts', 'for example'],
    style: { head: [], border: [], compact: true },
  });
  for (const [ports, addresses] of groups) {
    table.push([ports === '' ? 'none' : ports, addresses.length, formatIpv4(addresses[0] ?? 0)]);
  }
  const { totals } = daemon.counts;
  const pinged = seen.hosts.filter(({ answersPing }) => answersPing).length;
  await terminal.print(table.toString());
  await terminal.print(
    `A scanner probed ${seen.addresses} addresses and saw ${seen.hosts.length} hosts; ${pinged} answered its ping.\n` +
      `It sent ${seen.packetsSent} packets and got ${seen.packetsReceived} back in ${seen.seconds.toFixed(1)} s.\n` +
      `The sensor saw ${totals.tcpProbes} TCP and ${totals.icmpMessages} ICMP contacts ` +
      `and ${totals.connectionsOpened} completed handshakes.`,
  );
}
