/** `wormwood doctor`: what this machine provides, and what each thing is for. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import Table from 'cli-table3';
import type { PrintOptions } from './command-options.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openTerminal, type Terminal } from './output/terminal.ts';
import { VERSION } from './version.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, or what was not. */
  readonly found: string;
  readonly purpose: string;
  /** What to do where it is missing. */
  readonly remedy: string;
  /** True when the laboratory does not work without it. */
  readonly required: boolean;
}

export async function doctor(options: PrintOptions): Promise<ExitCode> {
  const checks = examine();
  const missing = checks.filter((check) => check.required && !check.ok);
  const terminal = openTerminal(options);
  if (options.json) {
    await terminal.print(JSON.stringify({ ok: missing.length === 0, version: VERSION, checks }));
  } else {
    await terminal.print(render(checks, terminal));
    await terminal.print(
      missing.length === 0
        ? 'This machine has everything that the outbreak laboratory needs.'
        : `Missing: ${missing.map(({ name }) => name).join(', ')}.`,
    );
  }
  return missing.length === 0 ? EXIT.ok : EXIT.missingCapability;
}

function examine(): readonly Check[] {
  return [...runtimeChecks(), ...toolChecks(), ...networkChecks()];
}

const NODE_MINIMUM = [20, 19] as const;
const MEMORY_MINIMUM_MB = 1024;

function runtimeChecks(): readonly Check[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
  const cores = availableParallelism();
  const memoryMb = memoryLimitMb();
  return [
    {
      name: 'Node.js',
      ok: isNewEnough,
      found: process.versions.node,
      purpose: `runs the whole program; ${NODE_MINIMUM.join('.')} or newer`,
      remedy: `Install Node.js ${NODE_MINIMUM.join('.')} or newer.`,
      required: true,
    },
    {
      name: 'cores',
      ok: cores >= 1,
      found: String(cores),
      purpose: 'each core runs part of an ensemble',
      remedy: '',
      required: true,
    },
    {
      name: 'memory',
      ok: memoryMb >= MEMORY_MINIMUM_MB,
      found: `${memoryMb} MB, ${Math.round(freemem() / 2 ** 20)} MB free`,
      purpose: `the engine probes keeps a map of the address space; ${MEMORY_MINIMUM_MB} MB are enough`,
      remedy: 'Use another engine than probes.',
      required: true,
    },
    {
      name: 'WebAssembly SIMD',
      ok: hasWebAssemblySimd(),
      found: hasWebAssemblySimd() ? 'yes' : 'no',
      purpose: 'the engine probes draws several probes at a time',
      remedy: 'Use another engine than probes.',
      required: true,
    },
  ];
}

/** The memory of the machine, or the limit of the container where that is lower. */
function memoryLimitMb(): number {
  const granted = process.constrainedMemory();
  const total = totalmem();
  return Math.round((granted > 0 && granted < total ? granted : total) / 2 ** 20);
}

// Node provides it, but its types come only with those of a browser.
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** The smallest module with a vector instruction: a function that returns `i8x16.popcnt(i8x16.splat(0))`. */
function hasWebAssemblySimd(): boolean {
  const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0];
  return WebAssembly.validate(new Uint8Array([...module, 253, 15, 253, 98, 11]));
}

function toolChecks(): readonly Check[] {
  const tools: readonly (readonly [string, readonly string[], string, string])[] = [
    ['prlimit', ['prlimit'], 'limits the scripts of a honeynet; without it none runs', 'util-linux'],
    ['ip', ['ip'], 'sets up interfaces, and the namespaces of the lab', 'iproute2'],
    ['nft', ['nft'], 'blocks what a response decides', 'nftables'],
    ['systemctl', ['systemctl'], 'runs the sensor as a service (docs/sensor.md)', 'systemd'],
    ['C compiler', ['gcc', 'cc', 'clang'], 'compiles the C references of the benchmarks', 'gcc'],
    ['redis-server', ['redis-server'], 'sweeps on many machines', 'redis-server'],
    ['Chromium', ['chromium', 'chromium-browser', 'google-chrome'], 'shows reports in the tests', 'chromium'],
    ['nmap', ['nmap'], 'names personalities and vendors; tests deceive it', 'nmap'],
    ['tshark', ['tshark'], 'tests the packet codecs against an independent decoder', 'tshark'],
  ];
  return tools.map(([name, programs, purpose, debianPackage]) => {
    const found = firstExecutable(programs);
    const remedy = `apt-get install ${debianPackage}`;
    return { name, ok: found !== undefined, found: found ?? 'not found', purpose, remedy, required: false };
  });
}

function firstExecutable(programs: readonly string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const paths = programs.flatMap((program) => directories.map((directory) => join(directory, program)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const CAP_NET_RAW = 13n;

function networkChecks(): readonly Check[] {
  const hasTun = existsSync('/dev/net/tun');
  const hasRaw = (effectiveCapabilities() & (1n << CAP_NET_RAW)) !== 0n;
  return [
    {
      name: '/dev/net/tun',
      ok: hasTun,
      found: hasTun ? 'yes' : 'not found',
      purpose: 'honeynet on a virtual interface',
      remedy: 'modprobe tun',
      required: false,
    },
    {
      name: 'CAP_NET_RAW',
      ok: hasRaw,
      found: hasRaw ? 'yes' : 'no',
      purpose: 'honeynet on a real interface',
      remedy: 'Run as root, or as the service (AmbientCapabilities=CAP_NET_RAW).',
      required: false,
    },
  ];
}

/** The effective capabilities of this process as a bit set; empty on systems without capabilities. */
function effectiveCapabilities(): bigint {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return mask === undefined ? 0n : BigInt(`0x${mask}`);
  } catch {
    return 0n;
  }
}

function render(checks: readonly Check[], terminal: Terminal): string {
  const { green, red, yellow } = terminal.stdout;
  const table = new Table({
    head: ['', 'what', 'found', 'for'],
    style: { head: [], border: [], compact: true },
  });
  for (const { ok, required, name, found, purpose, remedy } of checks) {
    const mark = ok ? green('ok') : required ? red('missing') : yellow('absent');
    table.push([mark, name, found, ok || remedy === '' ? purpose : `${purpose}\n→ ${remedy}`]);
  }
  return table.toString();
}
