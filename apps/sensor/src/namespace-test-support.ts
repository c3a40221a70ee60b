/**
 * Two network namespaces joined by a veth pair: a client, which has addresses and the kernel's own tools, and the place
 * of the daemon, which has none. A socket belongs to the namespace in which it was made, so the daemon runs in the
 * test's own process.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { inNetworkNamespace } from './device/namespace.ts';

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NamespacePair {
  readonly clientName: string;
  readonly daemonName: string;
  /** Name of the daemon's interface. */
  readonly interfaceName: string;
  /** Ethernet address of the daemon's interface. */
  readonly linkAddress: number;
  /** Runs a program in the client's namespace to its end. */
  client(program: string, ...options: readonly string[]): Promise<Output>;
  /** Runs a program in the daemon's namespace to its end. */
  inDaemonRun(program: string, ...options: readonly string[]): Promise<Output>;
  /** Starts a program in one of the namespaces. */
  start(where: 'client' | 'daemon', program: string, ...options: readonly string[]): ChildProcess;
  /** Calls `body`, which must not wait, in the daemon's namespace: what it opens belongs there. */
  inDaemon<T>(body: () => T): T;
  remove(): void;
}

let made = 0;

/** Why tests in namespaces cannot run here, or null; throws where they must. */
export function missingForNamespaces(...programs: readonly string[]): string | null {
  const missing = ['ip', ...programs].find(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  );
  const reason =
    process.getuid?.() !== 0 ? 'namespaces need root' : missing === undefined ? null : `no ${missing} here`;
  if (reason === null) return null;
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
  process.stderr.write(`skipped: ${reason}\n`);
  return reason;
}

/** Makes a namespace whose kernel says nothing by itself: without IPv6, and with loopback. */
export function addNamespace(name: string): void {
  execFileSync('ip', ['netns', 'add', name]);
  setParameter(name, 'net/ipv6/conf/all/disable_ipv6', 1);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
}

/** Sets a parameter of the kernel of a namespace. */
export function setParameter(namespace: string, name: string, value: number): void {
  execFileSync('ip', ['netns', 'exec', namespace, 'sh', '-c', `echo ${value} > /proc/sys/${name}`]);
}

/** Makes the pair; the client has `clientAddress` (with prefix length) and routes `networks` to the daemon's link. */
export function namespacePair(clientAddress: string, networks: readonly string[]): NamespacePair {
  const stem = `wws${process.pid}n${made++}`;
  const [clientName, daemonName] = [`${stem}c`, `${stem}d`];
  const ip = (...options: readonly string[]): string => execFileSync('ip', options, { encoding: 'utf8' });
  const inClient = (...options: readonly string[]): string => ip('-n', clientName, ...options);
  const inDaemon = (...options: readonly string[]): string => ip('-n', daemonName, ...options);
  for (const name of [clientName, daemonName]) addNamespace(name);
  ip('-n', clientName, 'link', 'add', 'c0', 'type', 'veth', 'peer', 'name', 'd0', 'netns', daemonName);
  for (const [name, device] of [
    [clientName, 'c0'],
    [daemonName, 'd0'],
  ] as const)
    ip('-n', name, 'link', 'set', device, 'up');
  inClient('address', 'add', clientAddress, 'dev', 'c0');
  for (const network of networks) inClient('route', 'add', network, 'dev', 'c0');
  const described = JSON.parse(inDaemon('-json', 'link', 'show', 'd0')) as { address: string }[];
  const start = (where: 'client' | 'daemon', program: string, ...options: readonly string[]): ChildProcess =>
    spawn('ip', ['netns', 'exec', where === 'client' ? clientName : daemonName, program, ...options]);
  return {
    clientName,
    daemonName,
    interfaceName: 'd0',
    linkAddress: Number.parseInt((described[0]?.address ?? '').replaceAll(':', ''), 16),
    inDaemonRun: (program, ...options) => outputOf(start('daemon', program, ...options)),
    client: (program, ...options) => outputOf(start('client', program, ...options)),
    start,
    inDaemon: (body) => inNetworkNamespace(daemonName, body),
    remove: () => {
      for (const name of [clientName, daemonName]) ip('netns', 'delete', name);
    },
  };
}

/** Everything that a process printed, once it has ended. */
export function outputOf(child: ChildProcess): Promise<Output> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
