/** Parts of the detector of one protocol, made of its options. */
import type { AddressSet } from '@wormwood/base';
import { InfectionProofs } from '../evidence/infection-proof.ts';
import { KeyedHash } from '../evidence/keyed-hash.ts';
import type { SourceRows } from '../evidence/source-rows.ts';
import type { ContactModel } from '../statistics/contact-model.ts';
import { StrayPrior } from '../statistics/stray-prior.ts';
import type { SourceDetectorOptions } from './source-options.ts';

/** However often innocent hosts stray by what was learnt, a scanner is so many times as fast. */
const STRAY_PART_MAX = 1 / 40;

export function strayPriorOf({ scannerContactsPerSecond, strayContactsPerSecond }: ContactModel): StrayPrior {
  const most = Math.max(scannerContactsPerSecond * STRAY_PART_MAX, strayContactsPerSecond);
  return new StrayPrior(strayContactsPerSecond, most);
}

export function proofsOf(
  { streams, own, signatures }: SourceDetectorOptions,
  rows: SourceRows,
): InfectionProofs {
  return new InfectionProofs({
    rows,
    hash: new KeyedHash(streams.stream('detect/infection-proof')),
    own: own ?? null,
    signatures: signatures ?? new Map(),
  });
}

/** The addresses that Wald's test of contacts asks for at a steady rate; null for a rate that it takes for innocent. */
export function addressesOfModel(model: ContactModel, contactsPerSecond: number): number | null {
  const gain = model.weightPerAddress - model.lossPerSecond / contactsPerSecond;
  return gain > 0 ? 1 + Math.ceil(model.thresholds.upper / gain) : null;
}

export function fractionOf(monitored: AddressSet | number): number {
  return typeof monitored === 'number' ? monitored : monitored.size / 2 ** 32;
}

/** Octets of all of them; of those that are null none. */
export function bytesOf(parts: readonly ({ readonly bytes: number } | null)[]): number {
  return parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0);
}
