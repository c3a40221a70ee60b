/** The four kinds of load that answers are counted under, and what is seen of them in several rounds. */
import { makePair, runLoad } from './pair.mjs';
import { median } from '../limit/compile.mjs';

export const ROUNDS = Number(process.env['WORMWOOD_BENCH_ROUNDS'] ?? 5);

/** Microseconds of Honeyd 1.5c for an answer, without logs and with its packet log, seen on other machines of this kind. */
export const LOADS = [
  { name: 'ICMP echo', load: { mode: 'echo' }, honeyd: 4.7, honeydLogging: 6.7 },
  { name: 'SYN to RST', load: { mode: 'syn', port: 81 }, honeyd: 5.3, honeydLogging: 7.4 },
  { name: 'SYN to SYN/ACK', load: { mode: 'syn' }, honeyd: 7.2, honeydLogging: 11.7 },
  { name: 'connect and close', load: { mode: 'close' }, honeyd: 12.9, honeydLogging: 16.1 },
];

/** All loads once, each after a second to warm up; of IPv6 where `first` is such an address. `look` adds what it returns. */
export async function measure(start, { first = '10.3.0.5', look = () => ({}) } = {}) {
  const pair = makePair({ hasIpv6: first.includes(':') });
  const server = await start(pair);
  try {
    const measured = LOADS.map(({ load }) => {
      runLoad(pair, { ...load, first, seconds: 1 }, server.pid);
      return runLoad(pair, { ...load, first }, server.pid);
    });
    return Object.assign(measured, look());
  } finally {
    await server.stop();
    pair.remove();
  }
}

/** The middle of all rounds, of whom they measured under this name, and of the load with this number. */
export function seenIn(rounds, who, load) {
  const middle = (name) => median(rounds.map((round) => round[who][load][name]));
  return { rate: middle('rate'), microseconds: middle('microseconds'), repeated: middle('repeated') };
}

export const ratio = (ours, reference) => Number((ours / reference).toFixed(2));
