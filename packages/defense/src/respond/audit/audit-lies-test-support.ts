/** A life of the responder in which everything happens, and its log written anew with every hash and identifier in order. */
import { hexadecimal, sha256, utf8 } from '@wormwood/base';
import { expect } from 'vitest';
import { Ledger } from '../ledger.ts';
import { MemoryFile } from '../memory-file-test-support.ts';
import {
  address,
  forgedVerdictOn,
  NOON,
  SCOPE_FILE,
  scopeDocument,
  verdictOn,
} from '../respond-test-support.ts';
import type { Responder } from '../responder.ts';
import { Machine } from '../responder-test-support.ts';
import type { AuditEntry } from './audit-fact.ts';
import { entryOf, lineOf, readLine } from './audit-line.ts';
import { readAuditLog } from './audit-log.ts';

const LINK = '00:16:3e:00:00:03';
/** Set back by so much in the middle of it all. */
const SKEW = -1000;

async function live(machine: Machine, responder: Responder, untilSeconds: number): Promise<void> {
  for (; machine.clock.nowSeconds() < NOON + untilSeconds; machine.clock.advanceBy(20)) {
    expect(await responder.step()).toEqual({ ok: true });
  }
  await responder.step();
}

/** A life in which everything happens: approved, failed, undone, held, lost, lapsed, a clock that is set, a new segment. */
export async function honest(): Promise<readonly AuditEntry[]> {
  const machine = new Machine();
  machine.document = scopeDocument({ ...SCOPE_FILE, actionsPerMinute: 3 });
  const responder = await machine.start();
  const waiting = (source: string): string => {
    const found = [...responder.ledger.live.values()].find(
      (each) => each.status === 'proposed' && each.source === address(source),
    );
    return found?.id ?? 'none';
  };
  responder.offer(verdictOn('10.20.7.1', { timeSeconds: NOON - 10 }));
  responder.offer(forgedVerdictOn('10.20.7.2'));
  await live(machine, responder, 20);
  await responder.approve(waiting('10.20.7.1'), 'ada');
  machine.firewall.troubles.push('refuse');
  responder.offer(verdictOn('10.20.7.3', { linkAddress: LINK, timeSeconds: NOON + 20 }));
  await live(machine, responder, 80);
  await responder.pause('ada', 'exams');
  const quarantine = [...responder.ledger.live.values()].find((each) => each.actuator === 'nac');
  await responder.undo(quarantine?.id ?? 'none', 'ada', 'a scanner of ours');
  await live(machine, responder, 120);
  await responder.resume('ada');
  const block = [...responder.ledger.live.values()].find((each) => each.source === address('10.20.7.1'));
  machine.firewall.inForce.delete(block?.id ?? 'none');
  await responder.reconcile();
  await live(machine, responder, 300);
  machine.file.segmentOctetsMax = 1;
  await responder.step();
  machine.file.segmentOctetsMax = Infinity;
  machine.skewSeconds = SKEW;
  await live(machine, responder, 4200);
  responder.offer(verdictOn('10.20.7.1', { id: 'again', timeSeconds: NOON + 4200 + SKEW }));
  responder.offer(verdictOn('10.20.7.4', { timeSeconds: NOON + 4200 + SKEW }));
  await live(machine, responder, 4240);
  await responder.approve(waiting('10.20.7.1'), 'bob');
  await live(machine, responder, 9000);
  return machine.entries();
}

/** Writes the entries anew: every line in its place, with the hash of the one before, and snapshots that fit `honestState`. */
export function rewritten(entries: readonly AuditEntry[], honestState: string): MemoryFile {
  const file = new MemoryFile();
  const ledger = new Ledger();
  let previous = '0'.repeat(64);
  let offset = 0;
  for (const [index, entry] of entries.entries()) {
    const { timeSeconds, uptimeSeconds, sensor, more } = entry;
    const place = { sequence: index + 1, timeSeconds, uptimeSeconds, sensor, more, previous };
    const line = lineOf(entryOf(fitted(entry, ledger, { offset, honestState }), place));
    const reading = readLine(line);
    if (reading.ok) ledger.record(reading.value);
    previous = hexadecimal(sha256(utf8(line)));
    file.text += `${line}\n`;
    offset += utf8(line).length + 1;
  }
  return file;
}

/** Who lies about a line before a snapshot writes the snapshot anew; who lies about the snapshot does not. */
function fitted(
  entry: AuditEntry,
  ledger: Ledger,
  { offset, honestState }: { readonly offset: number; readonly honestState: string },
): AuditEntry {
  if (entry.event !== 'log.snapshot') return entry;
  return { ...entry, offset, state: entry.state === honestState ? ledger.state() : entry.state };
}

export function stateIn(entries: readonly AuditEntry[]): string {
  const found = entries.find(({ event }) => event === 'log.snapshot');
  return found?.event === 'log.snapshot' ? found.state : '';
}

export async function read(file: MemoryFile): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  const reading = await readAuditLog(file.lines(0), (entry) => void entries.push(entry));
  expect(reading).toMatchObject({ ok: true, torn: false });
  return entries;
}
