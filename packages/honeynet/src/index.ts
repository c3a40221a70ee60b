/**
 * Virtual hosts, in Honeyd's words. Start with `model.ts`, the honeynet as data; `config/` reads it from files.
 */

export type {
  Annotation,
  Binding,
  Condition,
  DhcpClient,
  DynamicRule,
  External,
  FragmentPolicy,
  Honeynet,
  LinkQuality,
  Network,
  PluginOption,
  PortAction,
  PortRule,
  ProcessLimits,
  RouteEntry,
  Spoof,
  Subsystem,
  Template,
  TransportProtocol,
  Tunnel,
} from './model.ts';
export { parseHoneydConfiguration } from './config/honeyd-parser.ts';
export { bindingName, HoneynetBuilder, isNobodysPrefix, nobodysAddress } from './config/honeynet-builder.ts';
export {
  COMMON_VENDORS,
  ethernetAddresses,
  ethernetFault,
  type EthernetKey,
  type EthernetVendor,
  isEthernetAddress,
  parseMacPrefixes,
  vendorNameOf,
} from './config/ethernet-address.ts';
export { type KnownNames, unknownNames } from './config/known-names.ts';
export { actionsOf, type Finding, findingsOf, type PlacedAction, whereIs } from './config/findings.ts';
export { type Part, partOf, Places, type TextPlace } from './config/places.ts';
export { type FingerprintIndex, fingerprintsOf, indexFingerprints } from './personality/fingerprint.ts';
export { isFirstGeneration, secondGenerationOf } from './personality/first-generation.ts';
export { PersonalityCatalog } from './personality/catalog.ts';
export { contradictionsOf } from './personality/contradictions.ts';
export { OWN_PERSONALITIES } from './personality/own-personalities.ts';
export { playedBehavior } from './personality/played-behavior.ts';
export type { Personality, Unmet } from './personality/personality.ts';
export { commandWords } from './service/script-words.ts';
export { BindingTable, boundAddresses } from './binding-table.ts';
export { decoyAddresses, type DecoyPattern, type PatternCover } from './decoy-addresses.ts';
export { Dispatcher, ethernetOf, type DispatcherComponents } from './dispatcher.ts';
export { formatP0f, type P0fFingerprints, p0fMatch, type P0fMatch, parseP0f } from './source-system/p0f.ts';
export { OWN_SYNS } from './source-system/own-syns.ts';
export { parseSynFingerprints, type SynFingerprints } from './source-system/syn-fingerprints.ts';
export { SourceSystems } from './source-system/source-systems.ts';
export { type ServiceRunner, VirtualHost } from './virtual-host.ts';
export { Topology } from './topology/topology.ts';
export { ExternalHosts } from './topology/external-hosts.ts';
export { TopologyDevice } from './topology/topology-device.ts';

// What happened, as events and in Honeyd's logs.
export type { DhcpNews } from './event/event.ts';
export { EventMaker } from './event/event-maker.ts';
export type { LineSink } from './log/line-sink.ts';
export { PacketLog } from './log/packet-log.ts';
export { serviceLogLine } from './log/service-log.ts';
export { formatPrometheus, type Metric } from './metrics/prometheus.ts';
export { type FrequentAddress, TrafficCounts } from './metrics/traffic-counts.ts';
export { probeHost, type HostView } from './probe/host-probe.ts';
export { CLIENT_MSS_BYTES } from './probe/ordinary-client.ts';
export { allows, differences, type OsMatch, osMatches } from './probe/os-matches.ts';
export { scanSystem } from './probe/os-scan.ts';
export { formatObserved, type Observed } from './probe/os-tests.ts';
export { Prober } from './probe/prober.ts';
export { type Answer, explainAddress, type Explanation, type Question } from './explain.ts';
export { explanationInWords } from './explain-words.ts';

// What stands behind open ports.
export type {
  Connector,
  ProcessListener,
  ProcessRequest,
  ProcessSpawner,
  RemoteEnd,
  RunningProcess,
} from './service/process-spawner.ts';
export { HoneynetServices } from './service/service-runner.ts';
