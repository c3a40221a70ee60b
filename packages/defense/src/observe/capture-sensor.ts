/**
 * Which machines of a capture are the sensor and the routers of its link. A capture of anywhere may hold a whole handshake
 * that one machine wrote, so that only answers of a known sensor prove anything. The sensor writes what it knows into the
 * head of its own captures, as a comment of the section: `wormwood-sensor {"macs":[…],"routers":[…],"nets":[…]}`.
 */
import type { Parsed } from '@wormwood/base';
import { IpSet, isMacMulticast, parseIpPrefix, parseMac, pcapngOption } from '@wormwood/wire';

/** MAC addresses, as `wire` has them. */
export interface CaptureSensor {
  /** From which the sensor answers. */
  readonly sensorMacs: ReadonlySet<number>;
  /** Behind which the sources beyond the link are, in every VLAN. */
  readonly routerMacs: ReadonlySet<number>;
  /** The same on the link without tags alone. @default none are known */
  readonly untaggedRouterMacs?: ReadonlySet<number>;
  /** Addresses of hosts on the link without tags: no router speaks for them. @default none are known */
  readonly linkNets?: IpSet;
}

const MARK = 'wormwood-sensor ';
/** More machines of either kind are not a description of one link. */
const MACS_MAX = 1024;
const NETS_MAX = 1024;
const COMMENT_LENGTH_MAX = 100_000;

/** Returns the machines that the comments of a section name; null when no comment is the sensor's. */
export function sensorOfSection(options: readonly pcapngOption.Repr[]): Parsed<CaptureSensor> | null {
  for (const { code, data } of options) {
    if (code !== pcapngOption.code.comment || data.length > COMMENT_LENGTH_MAX) continue;
    const text = asciiOf(data);
    if (text.startsWith(MARK)) return readSensor(text.slice(MARK.length));
  }
  return null;
}

/** Whether the address is one of a single station, which can send frames and answer for an address. */
export function isStationMac(mac: number): boolean {
  return mac !== 0 && !isMacMulticast(mac);
}

function readSensor(text: string): Parsed<CaptureSensor> {
  const value = readJson(text);
  if (typeof value !== 'object' || value === null) return refuse('it is not a JSON object');
  const { macs, routers, nets = [] } = value as Readonly<Record<string, unknown>>;
  const sensorMacs = readMacs(macs);
  if (sensorMacs === undefined) return refuse('its `macs` are not a list of MAC addresses');
  // The sensor names those that it knows without tags; in a VLAN, the same address may be anybody's.
  const untaggedRouterMacs = readMacs(routers);
  if (untaggedRouterMacs === undefined) return refuse('its `routers` are not a list of MAC addresses');
  const linkNets = readNets(nets);
  if (linkNets === undefined) return refuse('its `nets` are not a list of prefixes');
  return { ok: true, value: { sensorMacs, routerMacs: new Set(), untaggedRouterMacs, linkNets } };
}

function readNets(value: unknown): IpSet | undefined {
  if (!Array.isArray(value) || value.length > NETS_MAX) return undefined;
  const prefixes = (value as readonly unknown[]).map((text) =>
    typeof text === 'string' ? parseIpPrefix(text) : undefined,
  );
  const read = prefixes.flatMap((prefix) => (prefix?.ok === true ? [prefix.value] : []));
  return read.length === prefixes.length ? IpSet.of(read) : undefined;
}

function readMacs(value: unknown): ReadonlySet<number> | undefined {
  if (!Array.isArray(value) || value.length > MACS_MAX) return undefined;
  const macs = new Set<number>();
  for (const text of value as readonly unknown[]) {
    const mac = typeof text === 'string' ? parseMac(text) : undefined;
    if (mac?.ok !== true || !isStationMac(mac.value)) return undefined;
    macs.add(mac.value);
  }
  return macs;
}

/** The sensor writes nothing beyond ASCII; other octets read as characters that no JSON has. */
function asciiOf(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The language reports malformed JSON by throwing; a comment may hold anything.
    return undefined;
  }
}

function refuse(reason: string): Parsed<never> {
  return { ok: false, reason };
}
