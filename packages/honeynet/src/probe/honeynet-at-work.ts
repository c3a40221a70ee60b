/** A honeynet at work on a link in memory, under virtual time. No program is started and nobody else is asked. */
import type { RandomStreams, VirtualClock } from '@wormwood/base';
import { type MemoryDevice, silentObserver, Stack } from '@wormwood/netstack';
import { Dispatcher, type DispatcherComponents } from '../dispatcher.ts';
import { HoneynetServices } from '../service/service-runner.ts';
import { Topology } from '../topology/topology.ts';
import { TopologyDevice } from '../topology/topology-device.ts';

export interface HoneynetAtWorkComponents extends Pick<
  DispatcherComponents,
  'honeynet' | 'claimed' | 'behaviorOf' | 'linkAddressesOf' | 'minuteOfDay'
> {
  /** Its end of the link. */
  readonly device: MemoryDevice;
  readonly clock: VirtualClock;
  readonly streams: RandomStreams;
  /** The Ethernet address of its interface; 0 where the link has none. */
  readonly linkAddress: number;
}

export interface HoneynetAtWork {
  readonly stack: Stack;
  /** When it has to work again though nothing comes: seconds of the clock, infinite for never. */
  readonly nextWorkSeconds: () => number;
}

/** Returns the honeynet with its routers in front of it, where it has any. */
export function honeynetAtWork(components: HoneynetAtWorkComponents): HoneynetAtWork {
  const { honeynet, device, clock, streams, linkAddress } = components;
  const services = new HoneynetServices({
    spawner: { spawn: () => null },
    connector: { connect: () => null, sendDatagram: () => undefined },
    clock,
    stream: streams.stream('honeynet/probe/services'),
    schedule: () => () => undefined,
    sourceSystem: () => null,
    today: () => '2004-08-12',
    onMessage: () => undefined,
  });
  const hosts = new Dispatcher({
    honeynet,
    claimed: components.claimed,
    services,
    stream: streams.stream('honeynet/probe/drops'),
    behaviorOf: components.behaviorOf,
    linkAddressesOf: components.linkAddressesOf,
    minuteOfDay: components.minuteOfDay,
    sourceSystem: () => null,
  });
  const topologyDevice =
    honeynet.topology.entries.length === 0
      ? null
      : new TopologyDevice({
          device,
          topology: new Topology(honeynet.topology),
          isVirtual: (each) => hosts.isBound(each),
          clock,
          stream: streams.stream('honeynet/probe/topology'),
        });
  const stack = new Stack({
    device: topologyDevice ?? device,
    hosts,
    clock,
    streams,
    observer: silentObserver,
    linkAddress,
  });
  return {
    stack,
    nextWorkSeconds: () =>
      Math.min(stack.nextTimerSeconds(), topologyDevice?.nextArrivalSeconds() ?? Number.POSITIVE_INFINITY),
  };
}
