/** A sensor on a `honeyd.conf` given as text, for tests. */
import { AddressSet, parseCidr, randomStreams } from '@wormwood/base';
import { type Honeynet, parseHoneydConfiguration } from '@wormwood/honeynet';
import { plainBehavior, silentObserver } from '@wormwood/netstack';
import { PacketRing } from './device/packet-ring.ts';
import type { NamespacePair } from './namespace-test-support.ts';
import { Sensor, type SensorComponents } from './sensor.ts';
import { systemClock } from './system-clock.ts';

/** The honeynet of a text without errors. */
export function honeynetOf(text: string): Honeynet {
  const { honeynet, diagnostics } = parseHoneydConfiguration({
    text,
    file: 'test.conf',
    readInclude: () => ({ ok: false, reason: 'no files here' }),
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return honeynet;
}

export function addressesOf(...cidrs: readonly string[]): AddressSet {
  return AddressSet.fromCidrs(
    cidrs.map((text) => {
      const cidr = parseCidr(text);
      if (!cidr.ok) throw new Error(cidr.reason);
      return cidr.value;
    }),
  );
}

export interface RunningSensor {
  readonly sensor: Sensor;
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

export type SensorParts = Partial<Omit<SensorComponents, 'honeynet'>>;

/** Components that answer as a plain stack, with those of `parts` in their place. */
export function componentsOf(
  configuration: string,
  parts: SensorParts & Pick<SensorComponents, 'device'>,
): SensorComponents {
  const behavior = plainBehavior(new Uint8Array(16));
  return {
    honeynet: honeynetOf(configuration),
    claimed: AddressSet.empty,
    clock: systemClock,
    streams: randomStreams('1'),
    observer: silentObserver,
    linkAddress: 0x0200_0000_0001,
    services: { tcp: () => null, udp: () => undefined },
    behaviorOf: () => behavior,
    linkAddressesOf: () => null,
    sourceSystem: () => null,
    onTrouble: () => undefined,
    onFault: (error) => {
      throw error;
    },
    ...parts,
  };
}

/** A sensor on the daemon's interface of the pair, at work. */
export function startSensor(
  pair: NamespacePair,
  configuration: string,
  parts: SensorParts = {},
): RunningSensor {
  const troubles: string[] = [];
  const device = pair.inDaemon(() => new PacketRing({ interfaceName: pair.interfaceName }));
  const sensor = new Sensor(
    componentsOf(configuration, {
      device,
      linkAddress: pair.linkAddress,
      onTrouble: (sentence) => troubles.push(sentence),
      ...parts,
    }),
  );
  const ended = sensor.run();
  return {
    sensor,
    troubles,
    close: async () => {
      sensor.close();
      await ended;
    },
  };
}
