/** A sensor and the scanner in memory, until the scanner has seen everything. */
import { AddressSet, parseIpv4, type RandomStream } from '@wormwood/base';
import type { Honeynet } from '@wormwood/honeynet';
import type { MemoryDevice } from '@wormwood/netstack';
import type { Daemon } from '../daemon.ts';
import { type ScannedHost, Scanner } from './scanner.ts';

export interface LookAround {
  readonly hosts: readonly ScannedHost[];
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly seconds: number;
  /** Addresses that were asked. */
  readonly addresses: number;
}

const PORTS_ALWAYS: readonly number[] = [22, 80, 443, 445];
const PORTS_MAX = 24;
const ADDRESSES_MAX = 4096;
const QUESTIONS_PER_TURN = 256;
/** What comes later than this came too late to be seen. */
const PATIENCE_SECONDS = 0.5;
const SECONDS_MAX = 8;
const ELSEWHERE = '192.0.2.99';

/** Runs the daemon, scans the addresses that it answers for (4,096 at most), and closes it. */
export async function lookAround(
  daemon: Daemon,
  remote: MemoryDevice,
  nets: AddressSet,
  stream: RandomStream,
): Promise<LookAround> {
  const own = parseIpv4(ELSEWHERE);
  const targets = firstOf(nets, ADDRESSES_MAX);
  const scanner = new Scanner({
    remote,
    stream,
    ownAddress: own.ok ? own.value : 0,
    targets,
    ports: portsOf(daemon.honeynet),
  });
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const ended = daemon.run();
  let lastSeconds = 0;
  while (seconds() < SECONDS_MAX && seconds() - lastSeconds < PATIENCE_SECONDS) {
    const before = scanner.received;
    scanner.step(QUESTIONS_PER_TURN);
    daemon.sensor.wake();
    if (!scanner.isDone || scanner.received > before) lastSeconds = seconds();
    // oxlint-disable-next-line no-await-in-loop -- the daemon works in between
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  daemon.close();
  await ended;
  return {
    hosts: [...scanner.hosts.values()].sort((a, b) => a.address - b.address),
    packetsSent: scanner.sent,
    packetsReceived: scanner.received,
    seconds: seconds(),
    addresses: targets.size,
  };
}

/** The ports that anybody configured, after the ones that everybody asks for. */
function portsOf({ templates }: Honeynet): readonly number[] {
  const configured = [...templates.values()].flatMap(({ ports }) =>
    ports.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port),
  );
  return [...new Set([...PORTS_ALWAYS, ...configured])].slice(0, PORTS_MAX);
}

function firstOf(addresses: AddressSet, count: number): AddressSet {
  if (addresses.size <= count) return addresses;
  return addresses.intersection(AddressSet.fromRanges([{ first: 0, last: addresses.at(count - 1) }]));
}
