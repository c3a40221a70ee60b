/** What the tests of this folder share: a sensor's address space, observations by default, scoring by label. */
import { AddressSet, type Cidr, type RandomStreams } from '@wormwood/base';
import { type IpAddress } from '@wormwood/wire';
import type { WordObservation } from '../observation.ts';
import type { Verdict } from '../verdict.ts';
import type { Detector } from './detector-contract.ts';
import type { SyntheticTraffic } from './synthetic-traffic-test-support.ts';

/** 2^20 dark addresses, a fraction of 2^-12 as in Zou et al. 2003, in 256 blocks at random places. */
export function scatteredDarkSpace(streams: RandomStreams): { dark: AddressSet; neighbours: AddressSet } {
  const stream = streams.stream('test/dark-space');
  const blocks = new Set<number>();
  while (blocks.size < 256) blocks.add(stream.nextBelow(2 ** 20));
  const cidrs = [...blocks].map((block): Cidr => ({ address: block * 4096, prefixLength: 20 }));
  const dark = AddressSet.fromCidrs(cidrs);
  const networks = cidrs.map(({ address }) => ({ address: address - (address % 65_536), prefixLength: 16 }));
  return { dark, neighbours: AddressSet.fromCidrs(networks).difference(dark) };
}

/** A TCP contact to a dark address, but for what is given. */
export function observation(given: Partial<WordObservation>): WordObservation {
  return {
    timeSeconds: 0,
    kind: 'contact',
    protocol: 'tcp',
    source: 0x0a000001,
    destination: 0xc0000200,
    sourcePort: 50_000,
    destinationPort: 445,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
    ...given,
  };
}

/** How the sources of one label fared. */
export interface Score {
  sources: number;
  /** Sources that reached a watched address other than by backscatter. */
  seen: number;
  verdicts: number;
  /** Sources with such a verdict. */
  unforgeableVerdicts: number;
  /** Mean time from the first contact to the verdict, over the sources that got one. */
  meanSeconds: number;
}

/** Feeds the traffic to the detector; returns the scores by label and all verdicts. */
export function score(
  detector: Detector,
  traffic: SyntheticTraffic,
): { readonly scores: ReadonlyMap<string, Score>; readonly verdicts: readonly Verdict[] } {
  const firstSeconds = new Map<IpAddress, number>();
  const verdicts: Verdict[] = [];
  for (const each of traffic.observations) {
    if (each.kind !== 'backscatter' && !firstSeconds.has(each.source))
      firstSeconds.set(each.source, each.timeSeconds);
    const verdict = detector.observe(each);
    if (verdict !== null) verdicts.push(verdict);
  }
  const scores = new Map<string, Score>();
  const scoreOf = (source: IpAddress): Score => {
    const label = traffic.sources.get(Number(source))?.label ?? 'unlabelled';
    const blank = { sources: 0, seen: 0, verdicts: 0, unforgeableVerdicts: 0, meanSeconds: 0 };
    const found = scores.get(label) ?? blank;
    scores.set(label, found);
    return found;
  };
  for (const source of traffic.sources.keys()) {
    scoreOf(source).sources++;
    if (firstSeconds.has(source)) scoreOf(source).seen++;
  }
  const judged = new Set<IpAddress>();
  const proven = new Set<IpAddress>();
  for (const { source, timeSeconds, unforgeable } of verdicts) {
    const found = scoreOf(source);
    if (unforgeable && !proven.has(source)) found.unforgeableVerdicts++;
    if (unforgeable) proven.add(source);
    if (judged.has(source)) continue;
    judged.add(source);
    found.verdicts++;
    found.meanSeconds += timeSeconds - (firstSeconds.get(source) ?? 0);
  }
  for (const found of scores.values()) found.meanSeconds /= found.verdicts;
  return { scores, verdicts };
}
