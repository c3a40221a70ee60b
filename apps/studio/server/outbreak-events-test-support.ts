/** The events of a honeynet that listens while an outbreak grows: each infected host draws its contacts, one after the other. */
import { exponential, formatIpv4, formatTimestamp, randomStreams } from '@wormwood/base';
import { engineNamed } from '@wormwood/epidemic';
import { checkScenario } from '@wormwood/files/scenario';

/** 800 hosts in 10.64.0.0/18, doubling in 11 s; the first /20 are honeypots, five for each host. */
export const TRUTH = {
  vulnerable: 800,
  scanRatePerSecond: 1.25,
  addressSpaceSize: 2 ** 14,
  honeypots: 2 ** 12,
} as const;
const START_SECONDS = Date.UTC(2026, 2, 1, 12) / 1000;
const FIRST_HONEYPOT = 0x0a_40_00_00;
const FIRST_HOST = 0xc6_12_00_00;

/** Returns the lines of so many seconds of one run of `hosts`, and how many hosts were infected at their end. */
export function outbreakEvents(
  seed: string,
  durationSeconds: number,
): { readonly lines: readonly string[]; readonly everInfected: number } {
  const { vulnerable, scanRatePerSecond, addressSpaceSize, honeypots } = TRUTH;
  const check = checkScenario(
    `version: 1\nduration: ${durationSeconds}s\nspace: ${addressSpaceSize}\nsample: 1s\n` +
      `worm: { scanRate: ${scanRatePerSecond}/s }\npopulation: { vulnerable: ${vulnerable}, infected: 4 }\n`,
    'truth.yaml',
  );
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const streams = randomStreams(seed);
  const { trajectory } = engineNamed('hosts').run(check.outbreak, { streams, replicate: 0 });
  const draw = streams.stream('test/contacts', 0);
  const rate = (scanRatePerSecond * honeypots) / addressSpaceSize;
  const contacts: { readonly at: number; readonly host: number; readonly to: number }[] = [];
  let host = 0;
  trajectory.susceptible.forEach((susceptible, row) => {
    for (; host < vulnerable - susceptible; host++) {
      let at = row === 0 ? 0 : row - draw.nextDouble();
      while ((at += exponential(draw) / rate) < durationSeconds)
        contacts.push({ at, host, to: draw.nextBelow(honeypots) });
    }
  });
  contacts.sort((a, b) => a.at - b.at);
  const lines = contacts.map(({ at, host: source, to }) =>
    line(at, {
      event: 'probe.tcp',
      src_ip: formatIpv4(FIRST_HOST + source),
      src_port: 40_000,
      dst_ip: formatIpv4(FIRST_HONEYPOT + to),
      dst_port: 445,
      proto: 'tcp',
      tcp_flags: 'S',
      backscatter: false,
    }),
  );
  const start = line(-60, { event: 'sensor.start', version: '0', nets: ['10.64.0.0/20'] });
  return { lines: [start, ...lines], everInfected: host };
}

function line(seconds: number, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    v: 1,
    ts: formatTimestamp(START_SECONDS + 60 + seconds, 6),
    sensor: 'test',
    ...fields,
  });
}
