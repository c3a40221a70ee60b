/** Two namespaces joined by a veth pair: the load generator on one core, the daemon or the kernel's own stack on the other. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DAEMON_CORE = '0';
export const LOAD_CORE = '1';
/** Where the generator lives (load.c). */
const LOAD_MAC = '02:00:00:00:00:fe';
const TICKS_PER_SECOND = 100;
export const program = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'wormwood.js');
export const directory = mkdtempSync(join(tmpdir(), 'wormwood-bench-'));
/** Where the daemon is asked. */
export const controlSocket = join(directory, 'control.sock');
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

/** Ends the benchmark with a reason when this machine cannot run it. */
export function requireNamespaces() {
  const missing = ['gcc', 'ip', 'taskset'].find(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  const reason =
    process.getuid() !== 0 ? 'it takes root' : missing === undefined ? undefined : `no ${missing}`;
  if (reason === undefined) return;
  process.stderr.write(`left out: ${reason}\n`);
  process.exit(0);
}

const compiled = new Map();

/** The path of a compiled program of `benchmarks/limit`. */
function compile(name) {
  if (!compiled.has(name)) {
    const path = join(directory, name);
    const source = join(import.meta.dirname, '..', 'limit', `${name}.c`);
    execFileSync('gcc', ['-O3', '-march=native', '-o', path, source]);
    compiled.set(name, path);
  }
  return compiled.get(name);
}

const ip = (...options) => execFileSync('ip', options, { encoding: 'utf8' });
let made = 0;

/** Makes the pair; `remove` takes it away. Without `hasIpv6` the kernels at its ends speak no IPv6. */
export function makePair({ hasIpv6 = false } = {}) {
  const stem = `wwb${process.pid}n${made++}`;
  const [client, server] = [`${stem}c`, `${stem}d`];
  for (const name of [client, server]) ip('netns', 'add', name);
  ip('-n', client, 'link', 'add', 'c0', 'type', 'veth', 'peer', 'name', 'd0', 'netns', server);
  const settings = `echo ${hasIpv6 ? 0 : 1} > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up`;
  for (const [name, device] of [
    [client, 'c0'],
    [server, 'd0'],
  ]) {
    execFileSync('ip', ['netns', 'exec', name, 'sh', '-c', `${settings}; ip link set ${device} up`]);
  }
  const macOf = (name, device) => JSON.parse(ip('-n', name, '-json', 'link', 'show', device))[0].address;
  const pair = { client, server, serverMac: macOf(server, 'd0') };
  return { ...pair, remove: () => [client, server].forEach((name) => ip('netns', 'delete', name)) };
}

/** Starts a program in a namespace, pinned to a core, and waits until it says `ready`. */
async function startPinned(namespace, core, ready, words) {
  const child = spawn('ip', ['netns', 'exec', namespace, 'taskset', '-c', core, ...words]);
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  await new Promise((resolve, reject) => {
    let said = '';
    const listen = (text) => {
      said += text;
      if (said.includes(ready)) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => reject(new Error(said)));
  });
  return child;
}

function stop(child) {
  return new Promise((resolve) => {
    child.removeAllListeners('exit').on('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** A daemon that answers for a honeyd.conf; `pid` and `stop`. */
export async function startDaemon(pair, configuration, options = []) {
  const config = join(directory, 'honeyd.conf');
  writeFileSync(config, configuration);
  const words = [
    process.execPath,
    program,
    'net',
    'up',
    config,
    '--device',
    'packet:d0',
    '--user',
    'root',
    '--seed',
    '1',
    '--control',
    controlSocket,
    ...options,
  ];
  const child = await startPinned(pair.server, DAEMON_CORE, 'Answering', words);
  return { pid: child.pid, stop: () => stop(child) };
}

/** Lines that the daemon has dropped so far because its disk did not follow. */
export function linesDropped() {
  const words = [program, 'net', 'status', '--json', '--control', controlSocket];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })).linesDropped;
}

/** Whether Honeyd (1.5c) is installed. */
export function hasHoneyd() {
  return spawnSync('sh', ['-c', 'command -v honeyd']).status === 0;
}

/** Honeyd with its packet log answers for the same in the same place. */
export async function startHoneyd(pair) {
  routeBack(pair, '');
  const config = join(directory, 'honeyd.conf');
  const log = join(directory, 'honeyd.log');
  writeFileSync(config, honeydConfiguration(['10.3.0.5']));
  writeFileSync(log, '', { mode: 0o666 });
  const words = ['honeyd', '-d', '-u', '0', '-g', '0', '-i', 'd0', '-f', config, '-l', log, '10.3.0.0/16'];
  const child = await startPinned(pair.server, DAEMON_CORE, 'listening', words);
  return {
    pid: child.pid,
    stop: async () => {
      await stop(child);
      rmSync(log, { force: true });
    },
  };
}

/** What the server's end of the pair needs to reach the generator's sources by the kernel. */
function routeBack(pair, more) {
  const setup = `
    ip address add 10.9.8.1/24 dev d0
    ip route add 198.18.0.0/15 via 10.9.8.2
    ip neighbor add 10.9.8.2 lladdr ${LOAD_MAC} dev d0
    ${more}
    true`;
  execFileSync('ip', ['netns', 'exec', pair.server, 'sh', '-ec', setup]);
}

/** The kernel answers for 10.3.0.0/16 in the same place, its receive side on the daemon's core, too. */
export async function startKernel(pair) {
  routeBack(
    pair,
    `ip route add local 10.3.0.0/16 dev lo
    ${KERNEL_LIMITS}`,
  );
  return startAccepting(pair);
}

/** What lets a kernel take connections as fast as it can, and keeps its receive side on one core. */
const KERNEL_LIMITS = `
    sysctl -qw net.core.somaxconn=65535 net.ipv4.tcp_max_syn_backlog=65535 net.ipv4.conf.all.rp_filter=0
    echo ${1 << Number(DAEMON_CORE)} > /sys/class/net/d0/queues/rx-0/rps_cpus
    echo ${1 << Number(LOAD_CORE)} > /sys/class/net/d0/queues/tx-0/xps_cpus 2> /dev/null || true`;

async function startAccepting(pair, options = []) {
  const words = [
    'sh',
    '-c',
    `ulimit -n $(ulimit -H -n); exec ${[compile('accept'), '80', ...options].join(' ')}`,
  ];
  const child = await startPinned(pair.server, DAEMON_CORE, 'ready', words);
  return { pid: child.pid, stop: () => stop(child) };
}

/** The same for 2001:db8:3::/64. */
export async function startKernelIpv6(pair) {
  const setup = `
    ip address add 2001:db8:9::1/64 dev d0 nodad
    ip route add 2001:2::/48 via 2001:db8:9::2
    ip neighbor add 2001:db8:9::2 lladdr ${LOAD_MAC} dev d0
    ip route add local 2001:db8:3::/64 dev lo`;
  const script = setup.replaceAll('ip ', 'ip -6 ');
  execFileSync('ip', ['netns', 'exec', pair.server, 'sh', '-ec', `${script}\n${KERNEL_LIMITS}`]);
  return startAccepting(pair, ['6']);
}

/** Runs the generator; returns answers a second, how many were asked again, and the CPU time of `pid` for each. */
export function runLoad(
  pair,
  { mode, first = '10.3.0.5', addresses = 1, port = 80, clients = 768, seconds = 2 },
  pid,
) {
  const before = processorSeconds(pid);
  const words = [pair.serverMac, first, addresses, port, mode, clients, seconds].map(String);
  const printed = execFileSync(
    'ip',
    ['netns', 'exec', pair.client, 'taskset', '-c', LOAD_CORE, compile('load'), 'c0', ...words],
    { encoding: 'utf8' },
  );
  const { answers, seconds: took, repeated, held } = JSON.parse(printed);
  const microseconds = ((processorSeconds(pid) - before) * 1e6) / answers;
  return {
    answers,
    rate: Math.round(answers / took),
    repeated,
    held,
    microseconds: Number(microseconds.toFixed(2)),
  };
}

/** User and system time of a process. */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in octets. */
export function residentBytes(pid) {
  return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

/** A honeyd.conf with one template, port 80 open, bound to these addresses; with `personality`, as that system. */
export function honeydConfiguration(addresses, personality = '') {
  return [
    'create default',
    'set default default tcp action reset',
    'add default tcp port 80 open',
    'create host',
    'set host default tcp action reset',
    'set host default udp action reset',
    'add host tcp port 80 open',
    ...(personality === '' ? [] : [`set host personality "${personality}"`]),
    ...addresses.map((address) => `bind ${address} host`),
    '',
  ].join('\n');
}

/** Every address of 10.3.0.0/16. */
export function wholeSixteen() {
  return Array.from({ length: 65_536 }, (_, i) => `10.3.${i >> 8}.${i & 255}`);
}

/** Runs a program in the client's namespace and returns what it printed. */
export function inClient(pair, ...words) {
  return execFileSync('ip', ['netns', 'exec', pair.client, ...words], { encoding: 'utf8' });
}
