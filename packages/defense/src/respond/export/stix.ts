/**
 * STIX 2.1 (OASIS Standard, 10 June 2021): a bundle with who reports it, and of each infected host its addresses, its
 * traffic, an indicator, and the sighting that rests on what was observed. The same findings give the same bytes: identifiers are
 * UUIDs of names (§2.9), times those of the log.
 */
import { formatTimestamp, uuidOfName } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import type { Exporter, Finding, Findings } from './finding.ts';
import { identifierOf } from '../identifier.ts';

/** An object with the properties that every one has. */
export interface StixObject {
  readonly type: string;
  readonly spec_version: '2.1';
  readonly id: string;
  readonly [property: string]: unknown;
}

export interface StixBundle {
  readonly type: 'bundle';
  readonly id: string;
  readonly objects: readonly StixObject[];
}

/** Of cyber observables; §2.9. */
const OBSERVABLE_NAMESPACE = '00abedb4-aa42-466c-9c01-fed23315a9b7';
/** 2026-01-01T00:00:00Z: name and contact are in its identifier, so that an identity has one version only. */
const IDENTITY_SECONDS = 1_767_225_600;
/** How long an address is taken for infected where nobody acted: leases change hands, and nobody withdraws an export. */
const VALID_SECONDS = 7 * 86_400;

/** Returns the findings as a bundle. */
export function stixBundle({ exporter, findings }: Findings): StixBundle {
  const identity = identityOf(exporter);
  const objects = new Map<string, StixObject>([[identity.id, identity]]);
  for (const finding of findings) {
    for (const object of objectsOf(finding, identity.id)) objects.set(object.id, object);
  }
  const all = [...objects.values()];
  return { type: 'bundle', id: `bundle--${identifierOf(JSON.stringify(all))}`, objects: all };
}

function identityOf({ name, contact }: Exporter): StixObject {
  return {
    ...domainObject('identity', `${name} ${contact ?? ''}`, IDENTITY_SECONDS),
    name,
    identity_class: contact === null ? 'system' : 'organization',
    ...(contact === null ? {} : { contact_information: contact }),
  };
}

function objectsOf(finding: Finding, identity: string): readonly StixObject[] {
  const { verdict, sinceSeconds, observedSeconds, source } = finding;
  const version = typeof source === 'number' ? 'ipv4' : 'ipv6';
  const link = finding.linkAddress === '' ? [] : [observable('mac-addr', { value: finding.linkAddress })];
  const address = {
    ...observable(`${version}-addr`, { value: formatIp(source) }),
    ...(link.length === 0 ? {} : { resolves_to_refs: link.map(({ id }) => id) }),
  };
  const traffic = observable('network-traffic', {
    ...(finding.protocol === 'icmp' || finding.port === 0 ? {} : { dst_port: finding.port }),
    protocols: [version, finding.protocol],
    src_ref: address.id,
  });
  const { recordedSeconds, changedSeconds } = finding;
  const own = { created_by_ref: identity };
  const name = `${identity} ${verdict}`;
  const indicator: StixObject = {
    ...domainObject('indicator', name, recordedSeconds),
    ...own,
    modified: stixTime(changedSeconds),
    name: `${formatIp(source)} is infected with a worm`,
    description: descriptionOf(finding),
    indicator_types: ['compromised'],
    pattern: `[${version}-addr:value = '${formatIp(source)}']`,
    pattern_type: 'stix',
    pattern_version: '2.1',
    valid_from: stixTime(sinceSeconds),
    valid_until: stixTime(Math.max(finding.actedUntilSeconds ?? 0, observedSeconds + VALID_SECONDS)),
  };
  const observed: StixObject = {
    ...domainObject('observed-data', name, recordedSeconds),
    ...own,
    first_observed: stixTime(sinceSeconds),
    last_observed: stixTime(observedSeconds),
    number_observed: 1,
    object_refs: [address.id, ...link.map(({ id }) => id), traffic.id],
  };
  const sighting: StixObject = {
    ...domainObject('sighting', name, recordedSeconds),
    ...own,
    first_seen: stixTime(sinceSeconds),
    last_seen: stixTime(observedSeconds),
    count: 1,
    sighting_of_ref: indicator.id,
    observed_data_refs: [observed.id],
    where_sighted_refs: [identity],
  };
  return [...link, address, traffic, indicator, observed, sighting];
}

function descriptionOf(finding: Finding): string {
  const { evidence, contactsPerSecond, falsePositiveRate } = finding;
  const rate = Number(contactsPerSecond.toPrecision(3));
  return `${evidence}. About ${rate} contacts/s; an innocent host is judged so with probability ${falsePositiveRate}.`;
}

/** A domain or relationship object (§3.2), named by what it is about. */
function domainObject(type: string, name: string, timeSeconds: number): StixObject {
  const created = stixTime(timeSeconds);
  const id = `${type}--${identifierOf(`stix ${type} ${name}`)}`;
  return { type, spec_version: '2.1', id, created, modified: created };
}

/** A cyber observable; `contributing` are exactly its ID contributing properties, sorted as RFC 8785 sorts them. */
function observable(type: string, contributing: Readonly<Record<string, unknown>>): StixObject {
  const id = `${type}--${uuidOfName(JSON.stringify(contributing), OBSERVABLE_NAMESPACE)}`;
  return { type, spec_version: '2.1', id, ...contributing };
}

function stixTime(timeSeconds: number): string {
  return formatTimestamp(timeSeconds, 3);
}
