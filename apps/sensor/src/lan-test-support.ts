/**
 * A switch with the daemon's interface and any number of machines on it, each a network namespace of its own with the kernel's
 * own stack, and links behind them.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { inNetworkNamespace } from './device/namespace.ts';
import { addNamespace, type Output, outputOf, setParameter } from './namespace-test-support.ts';

export interface LanMachine {
  readonly mac: string;
  /** Configures it: `ip …` in its namespace. */
  ip(...words: readonly string[]): void;
  /** Sets one of its kernel's parameters. */
  sysctl(name: string, value: number): void;
  /** Runs a program in it to its end. */
  run(program: string, ...options: readonly string[]): Promise<Output>;
  /** Starts a program in it. */
  start(program: string, ...options: readonly string[]): ChildProcess;
  /** Calls `body`, which must not wait, in it. */
  inside<T>(body: () => T): T;
}

export interface Lan {
  /** Ethernet address of the daemon's interface `d0`, which has no other. */
  readonly daemonMac: string;
  /** A machine on the switch, at its interface `e0`. */
  machine(address?: string): LanMachine;
  /** A machine behind another one, at a link of their own. */
  behind(router: LanMachine, addresses: { readonly router: string; readonly machine: string }): LanMachine;
  inDaemon<T>(body: () => T): T;
  /** Starts a program beside the daemon, or the daemon itself. */
  startInDaemon(program: string, ...options: readonly string[]): ChildProcess;
  remove(): void;
}

let made = 0;

/** `floods`: every frame goes to every port, as on a hub. */
export function lan({ floods = false }: { readonly floods?: boolean } = {}): Lan {
  const stem = `wwl${process.pid}n${made++}`;
  const names: string[] = [];
  const machines = new Map<LanMachine, string>();
  const ip = (...words: readonly string[]): string => execFileSync('ip', words, { encoding: 'utf8' });

  const namespace = (): string => {
    const name = `${stem}m${names.length}`;
    addNamespace(name);
    names.push(name);
    return name;
  };
  const macOf = (name: string, device: string): string =>
    (JSON.parse(ip('-n', name, '-json', 'link', 'show', device)) as { address: string }[])[0]?.address ?? '';
  const join = (near: readonly [string, string], far: readonly [string, string]): void => {
    ip('-n', near[0], 'link', 'add', near[1], 'type', 'veth', 'peer', 'name', far[1], 'netns', far[0]);
    for (const [name, device] of [near, far]) ip('-n', name, 'link', 'set', device, 'up');
  };
  const startIn = (name: string, program: string, ...options: readonly string[]): ChildProcess =>
    spawn('ip', ['netns', 'exec', name, program, ...options]);
  const machineOf = (name: string, device: string): LanMachine => {
    const machine: LanMachine = {
      mac: macOf(name, device),
      ip: (...words) => void ip('-n', name, ...words),
      sysctl: (parameter, value) => setParameter(name, parameter, value),
      run: (program, ...options) => outputOf(startIn(name, program, ...options)),
      start: (program, ...options) => startIn(name, program, ...options),
      inside: (body) => inNetworkNamespace(name, body),
    };
    machines.set(machine, name);
    return machine;
  };

  const hub = namespace();
  ip('-n', hub, 'link', 'add', 'br0', 'type', 'bridge', ...(floods ? ['ageing_time', '0'] : []));
  ip('-n', hub, 'link', 'set', 'br0', 'up');
  const plug = (name: string, device: string): void => {
    const port = `p${names.indexOf(name)}`;
    join([hub, port], [name, device]);
    ip('-n', hub, 'link', 'set', port, 'master', 'br0');
  };
  const daemon = namespace();
  plug(daemon, 'd0');

  return {
    daemonMac: macOf(daemon, 'd0'),
    machine: (address) => {
      const name = namespace();
      plug(name, 'e0');
      const machine = machineOf(name, 'e0');
      if (address !== undefined) machine.ip('address', 'add', address, 'dev', 'e0');
      return machine;
    },
    behind: (router, addresses) => {
      const [name, routerName] = [namespace(), machines.get(router) ?? ''];
      join([routerName, 'e1'], [name, 'e0']);
      const machine = machineOf(name, 'e0');
      router.ip('address', 'add', addresses.router, 'dev', 'e1');
      router.sysctl('net/ipv4/ip_forward', 1);
      machine.ip('address', 'add', addresses.machine, 'dev', 'e0');
      machine.ip('route', 'add', 'default', 'via', addresses.router.split('/')[0] ?? '');
      return machine;
    },
    inDaemon: (body) => inNetworkNamespace(daemon, body),
    startInDaemon: (program, ...options) => startIn(daemon, program, ...options),
    remove: () => {
      for (const name of names) ip('netns', 'delete', name);
    },
  };
}
