/**
 * Writes what a telescope sees of all classes at once: a capture, the events of its sensor, and the labels. One seed, one set of
 * octets; a source keeps its dice whatever other classes there are.
 */
import { join } from 'node:path';
import { formatIpv4, randomStreams } from '@wormwood/base';
import { CaptureFile, LinesFile } from './capture-file.ts';
import { DAY } from './durations.ts';
import { Link } from './link.ts';
import { systemLook } from './packets.ts';
import { Sender } from './sender.ts';
import { ROUTER_MAC, SourceAddresses, Telescope, type PrefixLength } from './telescope.ts';
import { isPromised, type Label, type TrafficClass } from './traffic-class.ts';

export interface GenerateOptions {
  readonly seed: string;
  readonly prefixLength: PrefixLength;
  readonly classes: readonly TrafficClass[];
  readonly sourcesPerClass: number;
  /** Where the files go. */
  readonly directory: string;
}

export interface Generated {
  readonly telescope: Telescope;
  readonly capture: string;
  readonly events: string;
  readonly labels: readonly Label[];
  readonly frames: number;
}

/** Sources begin within the first days; the slowest innocent class goes on for a month. */
const BEGIN_SECONDS = 8 * DAY;
const END_SECONDS = 45 * DAY;

export function generate(options: GenerateOptions): Generated {
  const telescope = new Telescope(options.prefixLength);
  const recording = {
    ...options,
    telescope,
    name: `telescope-${options.prefixLength}`,
    seconds: END_SECONDS,
  };
  let sources: readonly Source[] = [];
  const recorded = record(recording, (link) => {
    sources = sourcesOf(options, link);
  });
  const labels = sources.map(({ trafficClass, sender }) => labelOf(trafficClass, sender));
  return { telescope, labels, ...recorded };
}

export interface RecordOptions {
  readonly telescope: Telescope;
  readonly seed: string;
  readonly directory: string;
  /** Of the files, without what reveals their kind. */
  readonly name: string;
  /** How long the link is watched. */
  readonly seconds: number;
}

/** Writes what happens on a link once `begin` has planned it. */
export function record(
  { telescope, seed, directory, name, seconds }: RecordOptions,
  begin: (link: Link) => void,
): Pick<Generated, 'capture' | 'events' | 'frames'> {
  const capture = new CaptureFile(join(directory, `${name}.pcap`));
  const events = new LinesFile(join(directory, `${name}.jsonl`));
  const link = new Link({
    telescope,
    streams: randomStreams(seed),
    onFrame: (frame, microseconds) => capture.write(frame, microseconds),
    onEvent: (line) => events.write(Buffer.from(line).toString('utf8').trimEnd()),
  });
  begin(link);
  link.run(seconds);
  capture.close();
  events.close();
  return { capture: capture.path, events: events.path, frames: link.frames };
}

interface Source {
  readonly trafficClass: TrafficClass;
  readonly sender: Sender;
}

function sourcesOf({ seed, classes, sourcesPerClass }: GenerateOptions, link: Link): readonly Source[] {
  const streams = randomStreams(seed);
  const addresses = new SourceAddresses();
  return classes.flatMap((trafficClass) =>
    Array.from({ length: sourcesPerClass }, (_, replicate) => {
      const stream = streams.stream(`conformance/${trafficClass.name}`, replicate);
      const address = addresses[trafficClass.from ?? 'anywhere'](stream);
      const sender = new Sender({ link, stream, address, look: systemLook(stream), mac: ROUTER_MAC });
      link.after(stream.nextDouble() * BEGIN_SECONDS, () => trafficClass.begin(sender));
      return { trafficClass, sender };
    }),
  );
}

function labelOf(trafficClass: TrafficClass, sender: Sender): Label {
  const { telescope } = sender;
  return {
    source: formatIpv4(sender.address),
    class: trafficClass.name,
    prefixLength: telescope.prefixLength,
    side: trafficClass.side,
    kind: trafficClass.kind,
    isPromised: isPromised(trafficClass, telescope),
    uniformRate: trafficClass.uniformRate ?? null,
    contactRate: trafficClass.contactRate?.(telescope) ?? null,
    firstContactSeconds: sender.firstContactSeconds,
    lastContactSeconds: sender.lastContactSeconds,
    contacts: sender.contacts,
    addresses: sender.reached.size,
  };
}
