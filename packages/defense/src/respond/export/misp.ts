/**
 * A MISP event (MISP core format, draft-dulaunoy-misp-core-format): one event of the infected hosts that a log knows, one
 * attribute an address. Its identifiers are UUIDs of names, so that importing it again updates what was imported before.
 */
import { formatTimestamp } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import type { Finding, Findings } from './finding.ts';
import { identifierOf } from '../identifier.ts';

export interface MispDocument {
  readonly Event: MispEvent;
}

/** The format has numbers as strings. */
export interface MispEvent {
  readonly uuid: string;
  readonly info: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly timestamp: string;
  readonly published: false;
  readonly threat_level_id: string;
  readonly analysis: string;
  readonly distribution: string;
  readonly Orgc: { readonly name: string; readonly uuid: string };
  readonly Tag: readonly { readonly name: string; readonly colour: string }[];
  readonly Attribute: readonly MispAttribute[];
}

export interface MispAttribute {
  readonly uuid: string;
  readonly type: 'ip-src' | 'mac-address';
  readonly category: 'Network activity';
  readonly value: string;
  readonly to_ids: boolean;
  readonly comment: string;
  readonly timestamp: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly distribution: string;
  readonly disable_correlation: false;
  readonly deleted: false;
}

/** 1 is high, 3 is low. */
const MEDIUM_THREAT = '2';
const ANALYSIS_COMPLETED = '2';
/** Only the own organisation sees it; whoever imports it widens that. */
const OWN_ORGANISATION_ONLY = '0';
/** Of an attribute: as the event. */
const INHERITED = '5';
/** Traffic light protocol 2.0: for the receiving organisation and its clients. */
const AMBER = { name: 'tlp:amber', colour: '#FFC000' } as const;

/** Returns the findings as a MISP event; several verdicts on one address are one attribute. */
export function mispEvent({ exporter, findings }: Findings): MispDocument {
  const hosts = groupedBy(findings, ({ source }) => formatIp(source));
  const links = groupedBy(
    findings.filter(({ linkAddress }) => linkAddress !== ''),
    ({ linkAddress }) => linkAddress,
  );
  const first = Math.min(...findings.map(({ sinceSeconds }) => sinceSeconds));
  const changed = Math.max(0, ...findings.map(({ changedSeconds }) => changedSeconds));
  const name = `misp ${exporter.name} ${exporter.contact ?? ''}`;
  return {
    Event: {
      uuid: identifierOf(`${name} event`),
      info: `Hosts infected with a scanning worm, seen by ${exporter.name}`,
      date: formatTimestamp(findings.length === 0 ? 0 : first, 0).slice(0, 10),
      timestamp: String(Math.floor(changed)),
      published: false,
      threat_level_id: MEDIUM_THREAT,
      analysis: ANALYSIS_COMPLETED,
      distribution: OWN_ORGANISATION_ONLY,
      Orgc: { name: exporter.name, uuid: identifierOf(`${name} organisation`) },
      Tag: [AMBER],
      Attribute: [
        ...[...hosts].map(([address, verdicts]) => attributeOf('ip-src', address, verdicts, name)),
        ...[...links].map(([link, verdicts]) => attributeOf('mac-address', link, verdicts, name)),
      ],
    },
  };
}

function groupedBy(
  findings: readonly Finding[],
  addressOf: (finding: Finding) => string,
): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const address = addressOf(finding);
    groups.set(address, [...(groups.get(address) ?? []), finding]);
  }
  return groups;
}

function attributeOf(
  type: MispAttribute['type'],
  address: string,
  verdicts: readonly Finding[],
  name: string,
): MispAttribute {
  return {
    uuid: identifierOf(`${name} ${address}`),
    type,
    category: 'Network activity',
    value: address,
    to_ids: true,
    comment: verdicts
      .map(({ protocol, port, evidence }) => `scans ${protocol} port ${port}: ${evidence}`)
      .join('; '),
    timestamp: String(Math.floor(Math.max(...verdicts.map(({ changedSeconds }) => changedSeconds)))),
    first_seen: formatTimestamp(Math.min(...verdicts.map(({ sinceSeconds }) => sinceSeconds))),
    last_seen: formatTimestamp(Math.max(...verdicts.map(({ observedSeconds }) => observedSeconds))),
    distribution: INHERITED,
    disable_correlation: false,
    deleted: false,
  };
}
