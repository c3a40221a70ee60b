/** The kernel at an address of its own: a namespace with the services of `servers.mjs`, and the raw client's end of its link. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { formatIpv4 } from '@wormwood/base';

export interface Link {
  readonly clientName: string;
  readonly hostName: string;
  /** Interfaces: `c0` of the client, `h0` of the host. */
  readonly clientLinkAddress: number;
  readonly hostLinkAddress: number;
  remove(): void;
}

let made = 0;

function ip(...words: readonly string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8' });
}

/** Makes two namespaces and a pair of interfaces between them, without any address. */
export function makeLink(): Link {
  const stem = `wwt${process.pid}n${made++}`;
  const [clientName, hostName] = [`${stem}c`, `${stem}h`];
  for (const name of [clientName, hostName]) ip('netns', 'add', name);
  joinEnds([clientName, 'c0'], [hostName, 'h0']);
  return linkOf(clientName, hostName, [clientName, hostName]);
}

/** The same with a third namespace between the two, whose interfaces `r0` and `r1` a relay has to join. */
export function makeRelayedLink(): Link & { readonly relayName: string } {
  const stem = `wwt${process.pid}n${made++}`;
  const [clientName, relayName, hostName] = [`${stem}c`, `${stem}r`, `${stem}h`];
  const names = [clientName, relayName, hostName];
  for (const name of names) ip('netns', 'add', name);
  joinEnds([clientName, 'c0'], [relayName, 'r0']);
  joinEnds([relayName, 'r1'], [hostName, 'h0']);
  return { ...linkOf(clientName, hostName, names), relayName };
}

type End = readonly [namespace: string, device: string];

function joinEnds(near: End, far: End): void {
  ip('-n', near[0], 'link', 'add', near[1], 'type', 'veth', 'peer', 'name', far[1], 'netns', far[0]);
  for (const [name, device] of [near, far]) {
    execFileSync('ip', [
      'netns',
      'exec',
      name,
      'sh',
      '-c',
      'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6',
    ]);
    // A frame for each segment, as on a wire of its own.
    ip('-n', name, 'link', 'set', device, 'gso_max_segs', '1', 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
}

function linkOf(clientName: string, hostName: string, names: readonly string[]): Link {
  return {
    clientName,
    hostName,
    clientLinkAddress: linkAddressOf(clientName, 'c0'),
    hostLinkAddress: linkAddressOf(hostName, 'h0'),
    remove: () => {
      for (const name of names) ip('netns', 'delete', name);
    },
  };
}

function linkAddressOf(name: string, device: string): number {
  const described = JSON.parse(ip('-n', name, '-json', 'link', 'show', device)) as { address: string }[];
  return Number.parseInt((described[0]?.address ?? '').replaceAll(':', ''), 16);
}

/** Gives the host of a link an address and services; resolves when they answer. */
export async function startKernelHost(link: Link, address: number): Promise<() => void> {
  ip('-n', link.hostName, 'address', 'add', `${formatIpv4(address)}/16`, 'dev', 'h0');
  execFileSync('ip', ['netns', 'exec', link.hostName, 'sh', '-c', SETTINGS]);
  useCubic(link.hostName);
  const servers: ChildProcess = spawn(
    'ip',
    ['netns', 'exec', link.hostName, process.execPath, join(SERVERS_FOLDER, 'servers.mjs')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    servers.stdout?.once('data', () => resolve());
    servers.once('error', reject);
    servers.once('exit', (code) => reject(new Error(`the servers ended with ${code}`)));
  });
  return () => servers.stdin?.end();
}

/**
 * Gives the connections of a host the congestion control that is the kernel's default, whatever the machine has: BBR hardly heeds
 * losses. A namespace may not choose what the machine restricts, but its routes may; where there is no CUBIC it keeps Reno.
 */
function useCubic(name: string): void {
  const [route = ''] = ip('-n', name, '-4', 'route', 'show', 'dev', 'h0').split('\n');
  const words = [
    '-n',
    name,
    'route',
    'replace',
    ...route.trim().split(/\s+/),
    'dev',
    'h0',
    'congctl',
    'cubic',
  ];
  spawnSync('ip', words, { stdio: 'ignore' });
}

/**
 * The kernel's defaults where a distribution or the size of the machine changes them, and no limit that all sources share, since the
 * cases run side by side.
 */
const SETTINGS = [
  'sysctl -q net.ipv4.tcp_syncookies=0 || :',
  'sysctl -q net.ipv4.tcp_max_syn_backlog=4096 || :',
  'sysctl -q net.ipv4.icmp_msgs_per_sec=100000 || :',
  'sysctl -q net.ipv4.tcp_early_retrans=3 || :',
  'sysctl -q net.ipv4.tcp_congestion_control=reno || :',
  'sysctl -q net.ipv4.tcp_rmem="4096 131072 6291456" || :',
  'sysctl -q net.ipv4.icmp_msgs_burst=100000 || :',
].join('; ');
/** Where the source files lie, wherever the compiled program does. */
const SERVERS_FOLDER = process.env['WORMWOOD_CONFORMANCE_TCP'] ?? import.meta.dirname;
