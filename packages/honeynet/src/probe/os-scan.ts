/** Asks a host what nmap's OS detection asks it, in nmap's order and rhythm. */
import type { RandomStream } from '@wormwood/base';
import type { ipv4 } from '@wormwood/wire';
import { otherProbes, type Probe, probeAnsweredBy, sequenceProbes, type Target } from './os-probes.ts';
import { evaluate, type Observed } from './os-tests.ts';
import type { ReceivedPacket, Prober } from './prober.ts';

/** Between two of the six SYNs (https://nmap.org/book/osdetect-methods.html#osdetect-seq), and between all others. */
const SEQUENCE_SECONDS = 0.1;
const OTHER_SECONDS = 0.025;
/** How long answers are waited for. */
const PATIENCE_SECONDS = 3;
/** On the way to the host, and by how much the rhythm of a scanner varies. */
const TRANSIT_SECONDS_MIN = 0.000_03;
const TRANSIT_SECONDS_RANGE = 0.0001;
const LATE_SECONDS_MIN = -0.0002;
const LATE_SECONDS_RANGE = 0.002;

/** Returns what is measured of the target. */
export function scanSystem(prober: Prober, target: Target, stream: RandomStream): Observed {
  const sent: { readonly probe: Probe; readonly seconds: number }[] = [];
  const received: ReceivedPacket[] = [];
  const send = (probe: Probe, seconds: number): void => {
    sent.push({ probe, seconds: prober.clock.nowSeconds() });
    prober.clock.advanceBy(TRANSIT_SECONDS_MIN + stream.nextDouble() * TRANSIT_SECONDS_RANGE);
    prober.send(probe.packet);
    received.push(...prober.wait(seconds));
  };
  for (const probe of sequenceProbes(target))
    send(probe, SEQUENCE_SECONDS + LATE_SECONDS_MIN + stream.nextDouble() * LATE_SECONDS_RANGE);
  for (const probe of otherProbes(target)) send(probe, OTHER_SECONDS);
  received.push(...prober.wait(PATIENCE_SECONDS));
  const probes = sent.map(({ probe }) => probe);
  const answers = new Map<Probe, ipv4.Repr>();
  for (const { packet } of received) {
    const probe = probeAnsweredBy(packet, target, probes);
    // What is repeated counts once.
    if (probe !== undefined && !answers.has(probe)) answers.set(probe, packet);
  }
  const exchanges = new Map(
    sent.map(({ probe, seconds }) => [
      probe.name,
      { sent: probe.packet, sentSeconds: seconds, answer: answers.get(probe) ?? null },
    ]),
  );
  return evaluate(exchanges, target);
}
