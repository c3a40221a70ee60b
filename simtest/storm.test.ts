/**
 * An hour of virtual time in bad weather, with every second client over IPv6. A run that fails prints the command that repeats it;
 * `WORMWOOD_STORM_CLIENTS=100000` makes it larger.
 */
import type { Faults } from '@wormwood/netstack';
import { randomStreams } from '@wormwood/base';
import { expect, it } from 'vitest';
import { runStorm, type StormOptions, type StormReport } from './storm.ts';

const SEED = process.env['WORMWOOD_SEED'] ?? '20260101';
const CLIENTS = Number(process.env['WORMWOOD_STORM_CLIENTS'] ?? 1500);
const SECONDS = 3600;

/** Runs a storm, holds it to what every storm must keep, and says how to repeat it when it does not. */
function weather(options: Omit<StormOptions, 'seed'>): StormReport {
  const report = runStorm({ ...options, seed: SEED });
  try {
    expect(report.problems.slice(0, 10)).toEqual([]);
    expect(report.left).toEqual({ connections: 0, halfOpen: 0, endpoints: 0, flows: 0, timers: 0 });
    // The table doubles when it is full and never shrinks: 128 octets and two buckets of four for each place.
    expect(report.tableBytes).toBeLessThanOrEqual(136 * 2 * Math.max(1024, report.peakConnections));
  } catch (error) {
    console.error(
      `WORMWOOD_SEED=${SEED} WORMWOOD_STORM_CLIENTS=${CLIENTS} npx vitest run simtest/storm.test.ts`,
    );
    throw error;
  }
  return report;
}

function drawnFaults(): Faults {
  const stream = randomStreams(SEED).stream('simtest/faults');
  return {
    loss: stream.nextDouble() * 0.06,
    duplication: stream.nextDouble() * 0.05,
    corruption: stream.nextDouble() * 0.03,
    reordering: stream.nextDouble() * 0.2,
    delaySecondsMax: 0.01 + stream.nextDouble() * 0.3,
  };
}

it('delivers every stream whole or resets it, and leaves nothing behind', () => {
  const report = weather({ clients: CLIENTS, faults: drawnFaults(), seconds: SECONDS });
  const { outcomes } = report;
  // Fifteen segments lost in a row at 9 % is an event of 1e-15: who has not broken off is done.
  expect(outcomes.done).toBe(CLIENTS - outcomes.aborted - outcomes.vanished);
  expect(outcomes.aborted).toBeGreaterThan(0);
  expect(outcomes.vanished).toBeGreaterThan(0);
  // One bit turned over is never missed by the checksums of IPv4 and TCP: all that was damaged on its way to the clients was
  // caught there, some of it twice because it came twice. A header of IPv6 has none: its first four octets but the version, and its
  // hop limit, go unseen.
  expect(report.unseenDamages).toBeGreaterThan(0);
  const damaged = report.badChecksums + report.unseenDamages;
  expect(damaged).toBeGreaterThanOrEqual(report.toClients.corrupted);
  expect(damaged).toBeLessThanOrEqual(report.toClients.corrupted + report.toClients.duplicated);
  console.log(
    `${SECONDS} s, ${CLIENTS} clients: ${outcomes.done} done, ${outcomes.aborted} aborted, ${outcomes.vanished} vanished; ` +
      `${report.toStack.received} packets to the stack, ${report.toClients.received} back; seed ${SEED}`,
  );
});

it('holds a crowd that comes within a minute', () => {
  const clients = Math.ceil(CLIENTS / 3);
  const report = weather({ clients, faults: drawnFaults(), seconds: 60 });
  expect(report.outcomes.done).toBe(clients - report.outcomes.aborted - report.outcomes.vanished);
  expect(report.peakConnections).toBeGreaterThan(clients / 10);
});

it('keeps to an MTU that changes while it runs, and every stream stays whole', () => {
  const mtus = [1500, 576, 1400];
  const clients = Math.ceil(CLIENTS / 5);
  const faults = { loss: 0.03, duplication: 0.03, reordering: 0.25, delaySecondsMax: 0.2 };
  const report = weather({ clients, faults, seconds: 300, mtus });
  expect(report.outcomes.done).toBe(clients - report.outcomes.aborted - report.outcomes.vanished);
  expect([...report.longestByMtu.keys()].toSorted((a, b) => a - b)).toEqual([576, 1400, 1500]);
  for (const [mtu, longest] of report.longestByMtu) {
    expect(longest).toBeLessThanOrEqual(mtu);
    // And it makes use of what there is.
    expect(longest).toBeGreaterThan(mtu - 64);
  }
});

it('sees damage that the checksum cannot see', () => {
  // Two words that change places leave a sum of words as it is: the stack must deliver them, and the services must notice.
  const stream = randomStreams(SEED).stream('simtest/swaps');
  let damaged = 0;
  const damage = (packet: Uint8Array): void => {
    const [at, other] = [packet.length - 20 - (packet.length % 2), packet.length - 10 - (packet.length % 2)];
    if (packet.length < 200 || stream.nextDouble() > 0.05) return;
    const word = packet.slice(at, at + 2);
    packet.copyWithin(at, other, other + 2);
    packet.set(word, other);
    damaged++;
  };
  const report = runStorm({ seed: SEED, seconds: 60, clients: 100, faults: {}, damage });
  expect(damaged).toBeGreaterThan(10);
  const noticed = report.problems.filter((problem) => problem.includes('wrong octet'));
  // Damage of what had come before, or of two equal words, is none.
  expect(noticed.length).toBeGreaterThan(damaged / 2);
});
