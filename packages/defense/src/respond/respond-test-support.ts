/** What tests of the responses share: a scope that is in order, verdicts, and a verifier that needs no key. */
import { type Cidr, hexadecimal, parseCidr, parseIpv4, sha256, utf8 } from '@wormwood/base';
import { IpSet } from '@wormwood/wire';
import type { Verdict } from '../verdict.ts';
import type { Standing } from './guard.ts';
import { Scope, type ScopeAdmission, type ScopeComponents, type ScopeDocument } from './scope.ts';
import type { ScopeFile } from './scope-file.ts';

/** 2026-03-01T12:00:00Z. */
export const NOON = 1_772_366_400;

export function address(text: string): number {
  const reading = parseIpv4(text);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.value;
}

export function cidr(text: string): Cidr {
  const reading = parseCidr(text);
  if (!reading.ok) throw new Error(reading.reason);
  return reading.value;
}

/** A /16 of which one address and one /24 are protected; blocking is pre-approved, a quarantine is asked for. */
export const SCOPE_FILE: ScopeFile = {
  version: 1,
  owner: 'Example University',
  contact: 'noc@example.org',
  expiresSeconds: NOON + 30 * 86_400,
  prefixes: [cidr('10.20.0.0/16')],
  addressesMax: 65_536,
  protectedPrefixes: [cidr('10.20.0.1/32'), cidr('10.20.53.0/24')],
  actions: [
    { action: 'block', actuator: 'border-firewall', ttlSeconds: 3600, approval: 'automatic' },
    { action: 'quarantine', actuator: 'nac', ttlSeconds: 7200, approval: 'required' },
  ],
  actionsPerMinute: 10,
  activeActionsMax: 100,
  verdictAgeMaxSeconds: 3600,
};

/** Seals a scope file as its text; the signature is a hash, which the verifier below takes for one. */
export function scopeDocument(file: ScopeFile): ScopeDocument {
  const octets = utf8(JSON.stringify(file));
  return { octets, signature: `hash:${hexadecimal(sha256(octets))}` };
}

export const SCOPE_COMPONENTS: ScopeComponents = {
  verifier: {
    verify: async (octets, signature) =>
      signature === `hash:${hexadecimal(sha256(octets))}`
        ? { ok: true, value: 'test key' }
        : { ok: false, reason: 'The signature is not that of a trusted key.' },
  },
  read: (octets) => ({
    ok: true,
    value: JSON.parse(String.fromCharCode(...octets)) as ScopeFile,
  }),
};

export function admit(file: ScopeFile, nowSeconds: number = NOON): Promise<ScopeAdmission> {
  return Scope.admit(scopeDocument(file), SCOPE_COMPONENTS, nowSeconds);
}

export async function standing(file: ScopeFile = SCOPE_FILE, nowSeconds: number = NOON): Promise<Standing> {
  return {
    nowSeconds,
    permissionSeconds: nowSeconds,
    scope: await admit(file),
    ownAddresses: IpSet.empty,
  };
}

/** A verdict on completed handshakes; `fields` replace what a test is about. */
export function verdictOn(source: string, fields: Partial<Verdict> = {}): Verdict {
  return {
    id: `verdict-${source}`,
    kind: 'infected',
    proof: 'payload',
    known: null,
    source: address(source),
    timeSeconds: NOON,
    sinceSeconds: NOON - 20,
    expiresSeconds: NOON + 86_400,
    protocol: 'tcp',
    port: 445,
    signature: null,
    contactsPerSecond: { estimate: 0.2, low: 0.1, high: 0.4 },
    scanRatePerSecond: { estimate: 50, low: 31, high: 76 },
    falsePositiveRate: 1e-6,
    missRate: 1e-3,
    unforgeable: true,
    linkAddress: null,
    forgeableReasons: [],
    caution: null,
    evidence: [
      {
        detector: 'threshold-random-walk',
        text: '6 completed handshakes with dark space',
        forgeable: false,
        figures: { handshakes: 6 },
      },
    ],
    ...fields,
  };
}

/** What a flood of forged SYNs yields at most: contacts, and a detector that says so. */
export function forgedVerdictOn(source: string, fields: Partial<Verdict> = {}): Verdict {
  return verdictOn(source, {
    id: `forged-${source}`,
    unforgeable: false,
    evidence: [
      { detector: 'scan-rate', text: '900 first packets', forgeable: true, figures: { contacts: 900 } },
    ],
    ...fields,
  });
}
