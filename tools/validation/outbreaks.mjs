/** Outbreaks of the literature as the engines take them, and how they are measured. */
import { randomStreams } from '@wormwood/base';
import { checkedOutbreak, engineNamed } from '@wormwood/epidemic';

export const IPV4 = 2 ** 32;

/** Returns an outbreak of a worm that scans IPv4 uniformly. */
export function uniformOutbreak({
  vulnerable,
  infected,
  scanRatePerSecond,
  durationSeconds,
  honeypots: groups = [],
  space = IPV4,
}) {
  return checkedOutbreak({
    addressSpaceSize: space,
    firstAddress: 0,
    population: { vulnerable, infected },
    worm: { scanRatePerSecond, strategy: { kind: 'uniform' } },
    honeypots: groups,
    durationSeconds,
    sampleSeconds: durationSeconds,
  });
}

export function honeypots(count, startSeconds, delaySeconds) {
  return {
    kind: 'honeypots',
    count,
    start: { kind: 'time', timeSeconds: startSeconds },
    delaySeconds,
    success: 1,
    placement: 'scattered',
  };
}

/** The worm of Provos (2004). */
export function provos({ honeypots: groups = [], durationSeconds = 86_400 } = {}) {
  return uniformOutbreak({
    vulnerable: 360_000,
    infected: 150,
    scanRatePerSecond: 50,
    durationSeconds,
    honeypots: groups,
  });
}

const streams = randomStreams('2004');

/** Returns the summary of the mean field. */
export function meanField(outbreak) {
  return engineNamed('ode').run(outbreak, { streams, replicate: 0 }).summary;
}

/** Returns the infected hosts at a time, by the mean field. */
export function infectedAt(outbreak, timeSeconds) {
  const until = { ...outbreak, durationSeconds: timeSeconds, sampleSeconds: timeSeconds };
  return engineNamed('ode').run(until, { streams, replicate: 0 }).trajectory.infected[1];
}

/** Returns mean, standard deviation and standard error of a figure over runs of an engine. */
export function sample(engine, outbreak, runs, figure) {
  return meanOf(
    Array.from({ length: runs }, (_, replicate) =>
      figure(engineNamed(engine).run(outbreak, { streams, replicate })),
    ),
  );
}

/** Returns mean, standard deviation and standard error of values. */
export function meanOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return {
    mean,
    standardDeviation: Math.sqrt(variance),
    standardError: Math.sqrt(variance / values.length),
  };
}
