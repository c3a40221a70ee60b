/** Devices by the words of the command line: `packet:IFACE`, `tun:NAME`, `pcap:FILE`. */
import { readFileSync } from 'node:fs';
import type { Clock } from '@wormwood/base';
import { systemClock } from '../system-clock.ts';
import { CaptureDevice } from './capture-device.ts';
import { PacketRing } from './packet-ring.ts';
import type { SensorDevice } from './sensor-device.ts';
import { TunDevice } from './tun-device.ts';

export type DeviceWords =
  | { readonly kind: 'packet' | 'tun'; readonly name: string }
  | { readonly kind: 'pcap'; readonly path: string }
  | { readonly kind: 'memory' };

/** A device with the clock that it lives by. */
export interface OpenedDevice {
  readonly device: SensorDevice;
  readonly clock: Clock;
  /** Ethernet address of the interface; 0 where there is none. */
  readonly linkAddress: number;
  /** Name of the Ethernet interface; null on any other device. */
  readonly interfaceName: string | null;
}

export type DeviceOpening =
  | ({ readonly ok: true } & OpenedDevice)
  | { readonly ok: false; readonly reason: 'permission' | 'missing' | 'failed'; readonly sentence: string };

/** Longest name of an interface: IFNAMSIZ without the final zero. */
const NAME_LENGTH_MAX = 15;

/** Returns what the words mean, or undefined. */
export function parseDevice(text: string): DeviceWords | undefined {
  if (text === 'memory') return { kind: 'memory' };
  const [, kind, rest] = /^(packet|tun|pcap):(.+)$/s.exec(text) ?? [];
  if (rest === undefined) return undefined;
  if (kind === 'pcap') return { kind, path: rest };
  if (kind !== 'packet' && kind !== 'tun') return undefined;
  return rest.length <= NAME_LENGTH_MAX && !/[\s/]/.test(rest) ? { kind, name: rest } : undefined;
}

/** Opens a device of the machine; a failure is returned as one sentence. */
export function openDevice(words: Exclude<DeviceWords, { readonly kind: 'memory' }>): DeviceOpening {
  try {
    return { ok: true, ...openWords(words) };
  } catch (error) {
    return failure(words, error);
  }
}

function openWords(words: Exclude<DeviceWords, { readonly kind: 'memory' }>): OpenedDevice {
  if (words.kind === 'pcap') {
    const device = new CaptureDevice(words.path);
    return { device, clock: device.clock, linkAddress: 0, interfaceName: null };
  }
  const { name } = words;
  if (words.kind === 'tun')
    return { device: new TunDevice(name), clock: systemClock, linkAddress: 0, interfaceName: null };
  const linkAddress = linkAddressOf(name);
  const device = new PacketRing({ interfaceName: name, linkAddress });
  return { device, clock: systemClock, linkAddress, interfaceName: name };
}

function failure(words: DeviceWords, error: unknown): DeviceOpening {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = words.kind === 'pcap' ? words.path : words.kind === 'memory' ? 'memory' : words.name;
  if (words.kind === 'pcap') {
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : code;
    const reason = code === 'ENOENT' ? 'missing' : code === 'EACCES' ? 'permission' : 'failed';
    return { ok: false, reason, sentence: `Cannot read ${name}: ${why}.` };
  }
  if (code === 'EPERM' || code === 'EACCES') {
    const right = words.kind === 'tun' ? 'CAP_NET_ADMIN' : 'CAP_NET_RAW';
    return {
      ok: false,
      reason: 'permission',
      sentence: `Opening ${name} takes ${right} and no more: run as root, or with AmbientCapabilities=${right}.`,
    };
  }
  if (code === 'ENODEV') {
    return { ok: false, reason: 'missing', sentence: `There is no network interface ${name}.` };
  }
  if (code === 'ENOENT' && words.kind === 'tun') {
    return { ok: false, reason: 'missing', sentence: 'This machine has no /dev/net/tun.' };
  }
  if (code === 'EBUSY') {
    return { ok: false, reason: 'failed', sentence: `Another program uses ${name}.` };
  }
  const why = error instanceof Error ? error.message : String(error);
  return { ok: false, reason: 'failed', sentence: `Cannot open ${name}: ${why}.` };
}

function linkAddressOf(interfaceName: string): number {
  const text = attributeOf(interfaceName, 'address') ?? '';
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : 0;
}

/** What /sys says about an interface, or undefined. */
function attributeOf(interfaceName: string, attribute: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${interfaceName}/${attribute}`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
