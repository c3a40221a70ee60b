/** The events of a honeynet that listens while an outbreak runs: each infected host draws its contacts, one after the other. */
import { exponential, formatIpv4, formatTimestamp, randomStreams } from '@wormwood/base';
import { engineNamed } from '@wormwood/epidemic';
import { checkScenario } from '@wormwood/files/scenario';

/** The outbreak: 10 of 30,000 hosts infected at first, in 10.64.0.0/14, doubling in 11.3 s; the first /18 are honeypots. */
export const TRUTH: Readonly<
  Record<'vulnerable' | 'scanRatePerSecond' | 'honeypots' | 'addressSpaceSize', number>
> = { vulnerable: 30_000, scanRatePerSecond: 0.536, honeypots: 2 ** 14, addressSpaceSize: 2 ** 18 };
/** Noon of 1 March 2026, when the sensor starts; the outbreak begins a minute later. */
const START_SECONDS = Date.UTC(2026, 2, 1, 12) / 1000;
const QUIET_SECONDS = 60;
const FIRST_HONEYPOT = 0x0a_40_00_00;
const FIRST_HOST = 0xc6_33_64_00 - 0x10_00_00;

/** A line of the file, and how many seconds after the beginning of the outbreak it was written. */
export interface TimedLine {
  readonly seconds: number;
  readonly text: string;
}

/** Returns the events of so many seconds of one run of `hosts`, and how many hosts were infected by each second. */
export function outbreakEvents(
  seed: string,
  durationSeconds: number,
): { readonly lines: readonly TimedLine[]; readonly everInfected: readonly number[] } {
  const { vulnerable, scanRatePerSecond, honeypots, addressSpaceSize } = TRUTH;
  const check = checkScenario(
    `version: 1\nduration: ${durationSeconds}s\nspace: ${addressSpaceSize}\nsample: 1s\n` +
      `worm: { scanRate: ${scanRatePerSecond}/s }\npopulation: { vulnerable: ${vulnerable}, infected: 10 }\n`,
    'truth.yaml',
  );
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const streams = randomStreams(seed);
  const { trajectory } = engineNamed('hosts').run(check.outbreak, { streams, replicate: 0 });
  const draw = streams.stream('test/contacts', 0);
  const everInfected = Array.from(trajectory.susceptible, (susceptible) => vulnerable - susceptible);
  const rate = (scanRatePerSecond * honeypots) / addressSpaceSize;
  const lines: TimedLine[] = [];
  let host = 0;
  for (const [row, ever] of everInfected.entries()) {
    for (; host < ever; host++) {
      let at = row === 0 ? 0 : row - draw.nextDouble();
      for (;;) {
        at += exponential(draw) / rate;
        if (at >= durationSeconds) break;
        lines.push({ seconds: at, text: probe(at, host, FIRST_HONEYPOT + draw.nextBelow(honeypots)) });
      }
    }
  }
  lines.sort((a, b) => a.seconds - b.seconds);
  const start = { event: 'sensor.start', version: '0.1.0', nets: ['10.64.0.0/18'] };
  return { lines: [{ seconds: -QUIET_SECONDS, text: event(-QUIET_SECONDS, start) }, ...lines], everInfected };
}

function probe(seconds: number, host: number, destination: number): string {
  return event(seconds, {
    event: 'probe.tcp',
    src_ip: formatIpv4(FIRST_HOST + host),
    src_port: 40_000,
    dst_ip: formatIpv4(destination),
    dst_port: 445,
    proto: 'tcp',
    tcp_flags: 'S',
    backscatter: false,
  });
}

function event(seconds: number, fields: Readonly<Record<string, unknown>>): string {
  const ts = formatTimestamp(START_SECONDS + QUIET_SECONDS + seconds, 6);
  return `${JSON.stringify({ v: 1, ts, sensor: 'dmz', ...fields })}\n`;
}
