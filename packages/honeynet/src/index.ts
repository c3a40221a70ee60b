/**
 * Virtual hosts, in Honeyd's words. Start with `model.ts`, the honeynet as data; `config/` reads it from files.
 */

export type * from './model.ts';
export {
  type ConfigurationResult,
  type ConfigurationSource,
  parseHoneydConfiguration,
} from './config/honeyd-parser.ts';
export { bindingName, HoneynetBuilder } from './config/honeynet-builder.ts';
export {
  COMMON_VENDORS,
  ethernetAddress,
  type EthernetVendor,
  parseMacPrefixes,
} from './config/ethernet-address.ts';
export { type KnownNames, nearestPersonality, personalityNames, unknownNames } from './config/known-names.ts';
export { unsupportedFeatures } from './config/unsupported-features.ts';
export { BindingTable } from './binding-table.ts';
export { Dispatcher, type DispatcherComponents } from './dispatcher.ts';
export { parsePfOs, type SynFingerprints } from './source-system/pf-os.ts';
export { SourceSystems } from './source-system/source-systems.ts';
export { type ServiceRunner, VirtualHost, type VirtualHostComponents } from './virtual-host.ts';
export { type Arrival, type Journey, Topology } from './topology/topology.ts';
export { ExternalHosts, type ExternalHostsComponents } from './topology/external-hosts.ts';
export { TopologyDevice, type TopologyDeviceComponents } from './topology/topology-device.ts';

// What happened, as events and in Honeyd's logs.
export type { SensorEvent } from './event/event.ts';
export { EventMaker, type EventMakerComponents } from './event/event-maker.ts';
export { PacketLog, type PacketLogComponents } from './log/packet-log.ts';
export { type LogMoment, serviceLogLine } from './log/service-log.ts';
export type { FrequentKey } from './metrics/frequent-keys.ts';
export { formatPrometheus, type Metric } from './metrics/prometheus.ts';
export { TrafficCounts } from './metrics/traffic-counts.ts';
export {
  type Answer,
  type AnswerCase,
  explainAddress,
  type Explanation,
  type Hop,
  type Question,
} from './explain.ts';

// What stands behind open ports.
export type {
  Connector,
  ProcessListener,
  ProcessRequest,
  ProcessSpawner,
  RemoteEnd,
  RunningProcess,
} from './service/process-spawner.ts';
export { HoneynetServices, INTERNAL_SERVICES, type ServiceComponents } from './service/service-runner.ts';
export type { Session } from './service/script-words.ts';
export type { Schedule } from './service/tarpit.ts';
