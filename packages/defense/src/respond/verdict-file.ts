/**
 * Verdicts from a file, as `wormwood detect --json` prints them: one object with a list `verdicts`, or one verdict a line.
 * What is read here may lead to an action, so that every field is checked, and one that does not fit refuses the file.
 */
import type { Parsed } from '@wormwood/base';
import {
  formatIpPrefix,
  type IpAddress,
  ipPrefixOf,
  isMacMulticast,
  parseIp,
  parseMac,
} from '@wormwood/wire';
import { FORGEABLE_REASONS } from '../observation.ts';
import { NETWORK_BITS } from './action.ts';
import { type Evidence, INFECTION_PROOFS, KNOWN_ROLES, type Verdict, VERDICT_KINDS } from '../verdict.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const TEXT_LENGTH_MAX = 10_000;
const EVIDENCE_MAX = 100;
const ADDRESSES_MAX = 100;

const KINDS: ReadonlySet<unknown> = new Set(VERDICT_KINDS);
const PROOFS: ReadonlySet<unknown> = new Set(INFECTION_PROOFS);
const ROLES: ReadonlySet<unknown> = new Set(KNOWN_ROLES);
const REASONS: ReadonlySet<unknown> = new Set(FORGEABLE_REASONS);
const MAC_LENGTH = 17;

const isText: Check = (value) => typeof value === 'string' && value.length <= TEXT_LENGTH_MAX;
const isFlag: Check = (value) => typeof value === 'boolean';
const isFigure: Check = (value) => typeof value === 'number' && value >= 0;
const isTime: Check = (value) => typeof value === 'number' && value >= 0 && value < 2 ** 32;
const isReason: Check = (value) => REASONS.has(value);
const isFraction: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1;

const VERDICT_FIELDS: Readonly<Record<keyof Verdict, Check>> = {
  kind: (value) => KINDS.has(value),
  proof: (value) => value === null || PROOFS.has(value),
  known: (value) => value === null || isKnown(value),
  expiresSeconds: isTime,
  id: (value) => isText(value) && value !== '',
  source: (value) => addressOf(value) !== undefined,
  prefix: (value) => value === undefined || isText(value),
  addresses: (value) =>
    value === undefined || (Array.isArray(value) && value.length <= ADDRESSES_MAX && value.every(isAddress)),
  timeSeconds: isTime,
  sinceSeconds: isTime,
  protocol: (value) => value === 'tcp' || value === 'udp' || value === 'icmp',
  port: (value) =>
    value === null || (Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536),
  signature: (value) => value === null || isText(value),
  contactsPerSecond: isInterval,
  scanRatePerSecond: (value) => value === null || isInterval(value),
  falsePositiveRate: isFraction,
  missRate: isFraction,
  unforgeable: isFlag,
  linkAddress: (value) => value === null || isStationAddress(value),
  forgeableReasons: (value) => Array.isArray(value) && value.length <= REASONS.size && value.every(isReason),
  caution: (value) => value === null || isText(value),
  evidence: (value) => Array.isArray(value) && value.length <= EVIDENCE_MAX && value.every(isEvidence),
};

/** Returns the verdicts that stand in `text`, or why it holds none, as a sentence. */
export function readVerdicts(text: string): Parsed<readonly Verdict[]> {
  const whole = readJson(text);
  if (whole !== undefined) {
    const listed = isFields(whole) && Array.isArray(whole['verdicts']) ? whole['verdicts'] : [whole];
    return readAll(listed, (index) => `Verdict ${index + 1}`);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return readAll(lines.map(readJson), (index) => `Line ${index + 1}`);
}

function readAll(values: readonly unknown[], nameOf: (index: number) => string): Parsed<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [index, value] of values.entries()) {
    if (!isFields(value)) return refuse(`${nameOf(index)} is not a JSON object.`);
    const wrong = Object.entries(VERDICT_FIELDS).find(([name, fits]) => !fits(value[name]));
    if (wrong !== undefined) {
      return refuse(
        `${nameOf(index)} is not a verdict: its \`${wrong[0]}\` is missing or of the wrong kind.`,
      );
    }
    const source = addressOf(value['source']);
    if (!isPrefixOf(value['prefix'], source)) {
      return refuse(
        `${nameOf(index)} is not a verdict: its \`prefix\` is not the network of its \`source\`.`,
      );
    }
    const names = Object.keys(VERDICT_FIELDS).filter((name) => value[name] !== undefined);
    const named = Object.fromEntries(names.map((name) => [name, value[name]]));
    verdicts.push({ ...named, source } as unknown as Verdict);
  }
  return { ok: true, value: verdicts };
}

function isPrefixOf(prefix: unknown, source: IpAddress | undefined): boolean {
  if (prefix === undefined) return true;
  return typeof source === 'bigint' && prefix === formatIpPrefix(ipPrefixOf(source, NETWORK_BITS));
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && parseIp(value).ok;
}

/** An address as a number, or as it is written. */
function addressOf(value: unknown): IpAddress | undefined {
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : undefined;
  }
  const address = typeof value === 'string' ? parseIp(value) : undefined;
  return address?.ok === true ? address.value : undefined;
}

/** Six lower-case pairs between colons that name one station: firewalls and programs get the text as it stands. */
function isStationAddress(value: unknown): boolean {
  if (typeof value !== 'string' || value.length !== MAC_LENGTH || !/^[0-9a-f:]+$/.test(value)) return false;
  const mac = parseMac(value);
  return mac.ok && mac.value !== 0 && !isMacMulticast(mac.value);
}

function isInterval(value: unknown): boolean {
  return isFields(value) && ['estimate', 'low', 'high'].every((each) => isFigure(value[each]));
}

function isKnown(value: unknown): boolean {
  return isFields(value) && ROLES.has(value['role']) && isText(value['name']) && isText(value['reason']);
}

function isEvidence(value: unknown): value is Evidence {
  if (!isFields(value)) return false;
  const { detector, text, forgeable, figures } = value;
  return isText(detector) && isText(text) && isFlag(forgeable) && isFields(figures);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns undefined for what is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The language reports malformed JSON by throwing; here it is one of two forms that a file may have.
    return undefined;
  }
}

function refuse(reason: string): Parsed<never> {
  return { ok: false, reason };
}
