// Floods are reported as counts: the detector finds of the sensor's events what it finds of the packets themselves, one by one.
import { AddressSet, type RandomStream, randomStreams, VirtualClock } from '@wormwood/base';
import { formatIp } from '@wormwood/wire';
import { createDetector, EventObserver, type Observation, type Verdict } from '@wormwood/defense';
import { EventMaker } from '@wormwood/honeynet';
import type { SourceProof } from '@wormwood/netstack';
import { expect, it } from 'vitest';
import { LineReader } from './line-reader.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20260301';
const DARK = { address: 0x0a63_0000, prefixLength: 24 };
const DARK_SIZE = 256;
const NOON = 1_772_366_400;
const SECONDS = 60;
const SYN = 0x02;
const SYN_ACK = 0x12;
const ROUTED: SourceProof = { linkAddress: 2, kind: 'router', forgeable: null };

/** What a source does in a second, as packets at their times. */
interface Packet {
  readonly seconds: number;
  readonly source: number;
  readonly destination: number;
  readonly port: number;
  readonly what: 'syn' | 'handshake' | 'ping' | 'answer';
}

function packetsOf(stream: RandomStream): readonly Packet[] {
  const target = (): number => DARK.address + stream.nextBelow(DARK_SIZE);
  const packets: Packet[] = [];
  const source = (number: number): number => 0xc633_6400 + number;
  const during = (perSecond: number, make: () => Omit<Packet, 'seconds'>): void => {
    for (let i = 0; i < SECONDS * perSecond; i++)
      packets.push({ ...make(), seconds: NOON + Math.round(stream.nextDouble() * SECONDS * 1e6) / 1e6 });
  };
  for (let i = 0; i < 8; i++) {
    const isFlooding = i < 3;
    const [scanner, flooder, both] = [source(i), source(20 + i), source(40 + i)];
    const [flooded, port] = [target(), 1024 + i];
    during(1 / 4, () => ({ source: scanner, destination: target(), port: 445, what: 'handshake' }));
    if (isFlooding)
      during(120, () => ({
        source: flooder,
        destination: flooded,
        port,
        what: i % 2 === 0 ? 'syn' : 'ping',
      }));
    if (isFlooding) during(100, () => ({ source: both, destination: flooded, port, what: 'syn' }));
    during(1 / 3, () => ({ source: both, destination: target(), port: 22, what: 'syn' }));
    if (isFlooding)
      during(100, () => ({ source: source(60 + i), destination: flooded, port, what: 'answer' }));
    // Strays.
    during(1 / 40, () => ({ source: source(80 + i), destination: target(), port: 80, what: 'syn' }));
  }
  return packets.toSorted((a, b) => a.seconds - b.seconds);
}

function observationsOf({ seconds, source, destination, port, what }: Packet): readonly Observation[] {
  const ends = { source, destination, sourcePort: what === 'ping' ? 0 : 40_000 };
  const seen = {
    timeSeconds: seconds,
    protocol: what === 'ping' ? 'icmp' : 'tcp',
    ...ends,
    destinationPort: what === 'ping' ? 0 : port,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
  } as const;
  const contact = { ...seen, kind: what === 'answer' ? ('backscatter' as const) : ('contact' as const) };
  return what === 'handshake' ? [contact, { ...seen, kind: 'handshake' }] : [contact];
}

function tell(made: EventMaker, { source, destination, port, what }: Packet): void {
  const flow = { remoteAddress: source, remotePort: 40_000, localAddress: destination, localPort: port };
  if (what === 'ping') return made.icmp(source, destination, 8, 0, 84);
  made.tcpProbe(flow, what === 'answer' ? SYN_ACK : SYN, 44);
  if (what !== 'handshake') return;
  made.flowOpen(flow, ROUTED);
  made.flowClose(flow, 0, 0, 'done');
}

/** A verdict as far as it does not depend on which microsecond a text rounds to. */
function summary({ source, kind, unforgeable, timeSeconds, evidence }: Verdict): object {
  // What was counted in the second at hand is not reported yet.
  const reached = evidence.map(({ detector, figures }) => ({ detector, addresses: figures['addresses'] }));
  return { source: formatIp(source), kind, unforgeable, time: timeSeconds.toFixed(3), reached };
}

it(`the verdicts are the same: seed ${SEED}`, () => {
  const streams = randomStreams(SEED);
  const packets = packetsOf(streams.stream('floods/packets'));
  const monitored = AddressSet.fromCidrs([DARK]);
  const detectors = [0, 1].map(() => createDetector({ streams: randomStreams(SEED), monitored }));
  const verdicts = detectors.map((): Verdict[] => []);
  const observe = (which: number, observation: Observation): void => {
    const verdict = detectors[which]!.observe(observation);
    if (verdict !== null) verdicts[which]!.push(verdict);
  };
  const clock = new VirtualClock(NOON);
  const observer = new EventObserver(monitored);
  let lines = 0;
  const sink = new LineReader((text) => {
    const reading = observer.read({ text, file: 'events', line: ++lines });
    if (reading.kind === 'malformed') throw new Error(reading.diagnostic.message);
    if (reading.kind === 'observations') for (const each of reading.observations) observe(1, each);
  });
  const made = new EventMaker({
    sensor: 'floods',
    clock,
    stream: streams.stream('floods/events'),
    hostName: () => 'host',
    sink,
  });
  let gathered = NOON;
  for (const packet of packets) {
    clock.advanceTo(packet.seconds);
    for (const observation of observationsOf(packet)) observe(0, observation);
    if (packet.seconds - gathered >= 1) {
      gathered = packet.seconds;
      made.endGathered();
    }
    tell(made, packet);
  }
  made.endGathered(true);
  expect(lines).toBeLessThan(0.6 * packets.length);
  const [ofPackets, ofEvents] = verdicts.map((each) => each.map(summary));
  expect(ofPackets?.length).toBeGreaterThanOrEqual(8);
  expect(ofEvents).toEqual(ofPackets);
  const sources = [...new Set(packets.map(({ source }) => source))];
  const [first, second] = detectors.map((detector) => ({
    status: detector.status(),
    // The time of the last packet of a flood is not told.
    found: sources.map((source) => {
      const { state, evidence } = detector.explain(source);
      return {
        source,
        state,
        counts: evidence.map(({ figures: { addresses, contacts } }) => ({ addresses, contacts })),
      };
    }),
  }));
  expect(second).toEqual(first);
});
