/** Transfers of two megabytes through a router that loses packets, by a kernel client, from the kernel and from a virtual host. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inNetworkNamespace } from '@wormwood/sensor';
import { formatIpv4 } from '@wormwood/base';
import { makeLink, startKernelHost } from './kernel-host.ts';
import { sizes } from './services.ts';
import { startVirtualHost } from './virtual-host.ts';

export interface TransferRow {
  readonly name: string;
  /** Seconds of each round. */
  readonly kernel: readonly number[];
  readonly virtual: readonly number[];
}

/** Seconds: a retransmission timer more or less makes most of the difference between two rounds. */
export interface Summary {
  readonly median: number;
  readonly mean: number;
  readonly standardError: number;
}

export interface TransferOptions {
  readonly rounds: number;
  readonly pauseSeconds: number;
}

interface Place {
  readonly clientName: string;
  readonly routerName: string;
  remove(): void;
}

export const HOST = 0x0a32_0001;
const ROUTER = '10.50.0.2';
const LOSS_IN_THOUSAND = 20;
const folder = process.env['WORMWOOD_CONFORMANCE_TCP'] ?? import.meta.dirname;
let made = 0;

function ip(...words: readonly string[]): void {
  execFileSync('ip', words);
}

/** Makes a client behind a router in front of a host's link, whose client end becomes the router. */
function makePlace(routerName: string): Place {
  const clientName = `wwx${process.pid}n${made++}`;
  ip('netns', 'add', clientName);
  ip('-n', clientName, 'link', 'add', 'u0', 'type', 'veth', 'peer', 'name', 'r0', 'netns', routerName);
  ip('-n', clientName, 'address', 'add', '10.51.0.2/24', 'dev', 'u0');
  ip('-n', routerName, 'address', 'add', '10.51.0.1/24', 'dev', 'r0');
  ip('-n', routerName, 'address', 'add', `${ROUTER}/16`, 'dev', 'c0');
  for (const [name, device] of [
    [clientName, 'u0'],
    [routerName, 'r0'],
  ] as const)
    // A frame for each segment: each may be lost alone.
    ip('-n', name, 'link', 'set', device, 'gso_max_segs', '1', 'up');
  ip('-n', clientName, 'route', 'add', 'default', 'via', '10.51.0.1');
  const rules = `add table ip loss
add chain ip loss forward { type filter hook forward priority 0; }
add rule ip loss forward numgen random mod 1000 < ${LOSS_IN_THOUSAND} drop`;
  execFileSync('ip', ['netns', 'exec', routerName, 'nft', '-f', '-'], { input: rules });
  const forward = 'echo 1 > /proc/sys/net/ipv4/ip_forward';
  execFileSync('ip', ['netns', 'exec', routerName, 'sh', '-c', forward]);
  return { clientName, routerName, remove: () => ip('netns', 'delete', clientName) };
}

/** Lets a router pass no larger packets, either way; it reports others to their senders (RFC 1191 4). */
function narrow(routerName: string, mtuBytes: number): void {
  for (const [network, device, source] of [
    ['10.51.0.0/24', 'r0', '10.51.0.1'],
    ['10.50.0.0/16', 'c0', ROUTER],
  ] as const)
    ip(
      '-n',
      routerName,
      'route',
      'replace',
      network,
      'dev',
      device,
      'proto',
      'kernel',
      'scope',
      'link',
      'src',
      source,
      'mtu',
      'lock',
      String(mtuBytes),
    );
}

/** Takes the rights of root. Each row has so many rounds, the two hosts by turns. */
export async function timeTransfers({ rounds, pauseSeconds }: TransferOptions): Promise<TransferRow[]> {
  const links = [makeLink(), makeLink()] as const;
  const closers: (() => void)[] = links.map((link) => () => link.remove());
  try {
    const places = links.map((link) => makePlace(link.clientName));
    closers.push(...places.map((place) => () => place.remove()));
    const [kernelLink, virtualLink] = links;
    closers.push(await startKernelHost(kernelLink, HOST));
    for (const { clientName } of places) heedsLosses(clientName);
    ip('-n', kernelLink.hostName, 'route', 'add', 'default', 'via', ROUTER);
    const host = inNetworkNamespace(virtualLink.hostName, () =>
      startVirtualHost('h0', virtualLink.hostLinkAddress, HOST),
    );
    closers.push(() => host.stop());
    const rows: TransferRow[] = [];
    for (const [name, what, mtu, pause] of [
      ['upload', 'upload', 1500, 0],
      ['download', 'download', 1500, 0],
      ['upload, path MTU 1,280', 'upload', 1280, 0],
      ['download, path MTU 1,280', 'download', 1280, 0],
      ['download, a reader that pauses', 'download', 1500, pauseSeconds],
    ] as const) {
      for (const { routerName } of places) narrow(routerName, mtu);
      const times: [number[], number[]] = [[], []];
      for (let round = 0; round < (pause === 0 ? rounds : 1); round++)
        for (const side of [0, 1] as const)
          // oxlint-disable-next-line no-await-in-loop -- one transfer after the other
          times[side].push(await transfer(places[side]!, what, pause));
      rows.push({ name, kernel: times[0], virtual: times[1] });
    }
    return rows;
  } finally {
    for (const close of closers.toReversed()) close();
  }
}

/** Gives a client a sender that heeds losses (RFC 5681), whatever the machine has: BBR hardly does. */
export function heedsLosses(clientName: string): void {
  ip('netns', 'exec', clientName, 'sysctl', '-q', 'net.ipv4.tcp_congestion_control=reno');
}

/** Seconds that a client needs. */
export function transfer(
  { clientName }: { readonly clientName: string },
  what: string,
  pauseSeconds: number,
  octets: number = sizes.file,
): Promise<number> {
  const words = ['netns', 'exec', clientName, process.execPath, join(folder, 'client.mjs')];
  words.push(what, formatIpv4(HOST), String(pauseSeconds), String(octets));
  return new Promise((resolve, reject) => {
    const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(Number(text)) : reject(new Error(`${what} failed`))));
  });
}

export function summaryOf(values: readonly number[]): Summary {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    median: values.toSorted((a, b) => a - b)[count >> 1] ?? Number.NaN,
    mean,
    standardError: count < 2 ? 0 : Math.sqrt(squares / count / (count - 1)),
  };
}
