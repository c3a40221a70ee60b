// A log of years: who pauses or lists reads the segment at hand, not all that was ever written. WORMWOOD_LONG=1 makes it 200 MB,
// and prints how long both take; the bar is a second.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditFact, SharedLog } from '@wormwood/defense';
import { expect, it } from 'vitest';
import { openAuditFile } from './audit-file.ts';
import { inTemporaryDirectory } from './directory-test-support.ts';
import { logLock } from './lock.ts';
import { machineClock } from './machine-clock.ts';
import { ResponseState } from './state.ts';

const LOG_MB = process.env['WORMWOOD_LONG'] === '1' ? 200 : 12;
const REASON = 'a switch is replaced. '.repeat(40);
const FACTS_AT_ONCE = 1000;

/** Writes so much that is of no effect any more. */
async function writeYears(directory: string): Promise<void> {
  const auditFile = await openAuditFile(directory);
  const components = { auditFile, lock: logLock(join(directory, 'log.lock')), clock: machineClock };
  const opening = await SharedLog.open(components, 'sensor-1');
  if (!opening.ok) throw new Error(opening.reason);
  const { log } = opening;
  const facts = Array.from({ length: FACTS_AT_ONCE }, (_, i): AuditFact =>
    i % 2 === 0
      ? { event: 'respond.pause', by: 'ada', reason: REASON }
      : { event: 'respond.resume', by: 'ada' },
  );
  while (octetsOf(directory) < LOG_MB * 2 ** 20) {
    // oxlint-disable-next-line no-await-in-loop -- a log is written in its order
    await log.underLock(() => log.write(facts));
    auditFile.takeAdded();
    if (log.fault !== null) throw new Error(log.fault.reason);
  }
  await auditFile.close();
}

function octetsOf(directory: string): number {
  const names = readdirSync(directory).filter((name) => /^audit.*\.jsonl$/.test(name));
  return names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

it(`a log of ${LOG_MB} MB is paused and listed from its last segment`, { timeout: 300_000 }, async () => {
  await inTemporaryDirectory(async (directory) => {
    await writeYears(directory);
    const elapsed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
      const startMs = performance.now();
      return [await work(), Math.round(performance.now() - startMs)];
    };
    const [paused, pauseMs] = await elapsed(() =>
      new ResponseState(directory).record({ event: 'respond.pause', by: 'eve', reason: 'stop' }),
    );
    const [seen, listMs] = await elapsed(() => new ResponseState(directory).view());
    const files = readdirSync(directory).filter((name) => name.endsWith('.jsonl')).length;
    process.stderr.write(
      `log: ${LOG_MB} MB in ${files} segments, paused in ${pauseMs} ms, listed in ${listMs} ms\n`,
    );
    expect(files).toBeGreaterThanOrEqual(LOG_MB / 5);
    expect(paused.added.filter((line) => line.includes('respond.pause'))).toHaveLength(1);
    expect(seen.ledger.paused).toBe(true);
  });
});
