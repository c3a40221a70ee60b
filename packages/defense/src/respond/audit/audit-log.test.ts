import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryFile } from '../memory-file-test-support.ts';
import { address, NOON } from '../respond-test-support.ts';
import type { AuditEntry, AuditEvent, AuditFact, FieldKind } from './audit-fact.ts';
import { FIELD_KINDS } from './audit-fact.ts';
import { entryOf, lineOf, readLine } from './audit-line.ts';
import { AuditLog, type EntryTime, readAuditLog } from './audit-log.ts';

const AT_NOON: EntryTime = { timeSeconds: NOON, uptimeSeconds: 1000 };

const FACTS: readonly AuditFact[] = [
  { event: 'respond.start', mode: 'dryRun' },
  { event: 'respond.pause', by: 'ada', reason: 'maintenance – “switch”' },
  { event: 'decision.lapse', decision: 'd1', source: address('10.20.7.9') },
  { event: 'respond.resume', by: 'ada' },
];

async function open(file: MemoryFile, visit: (entry: AuditEntry) => void = () => {}): Promise<AuditLog> {
  const opening = await AuditLog.open(file, 'sensor-1', visit);
  if (!opening.ok) throw new Error(opening.reason);
  return opening.log;
}

async function written(facts: readonly AuditFact[] = FACTS): Promise<MemoryFile> {
  const file = new MemoryFile();
  const log = await open(file);
  for (const fact of facts) await log.append([fact], AT_NOON, () => {});
  await log.sync();
  return file;
}

const read = async (file: MemoryFile): ReturnType<typeof readAuditLog> =>
  readAuditLog(file.lines(0), () => {});

const anyPrefix = fc
  .record({
    address: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    prefixLength: fc.integer({ min: 0, max: 32 }),
  })
  .map(({ address: any, prefixLength }) => {
    const size = 2 ** (32 - prefixLength);
    return { address: Math.floor(any / size) * size, prefixLength };
  });
const anyAction = fc.record({
  action: fc.constantFrom('block', 'quarantine', 'patch'),
  actuator: fc.string(),
  ttlSeconds: fc.integer({ min: 1 }),
  approval: fc.constantFrom('required', 'automatic'),
});

/** Any value that a field of this kind may have. */
function valueOf(name: string, kind: FieldKind): fc.Arbitrary<unknown> {
  if (name === 'ttlSeconds') return fc.integer({ min: 1, max: 2_592_000 });
  if (typeof kind === 'object') return fc.constantFrom(...kind);
  if (kind === 'prefixes') return fc.array(anyPrefix);
  if (kind === 'actions') return fc.array(anyAction);
  if (kind === 'text') return fc.string({ unit: 'binary', maxLength: 8 });
  if (kind === 'flag') return fc.boolean();
  if (kind === 'address') return fc.integer({ min: 0, max: 2 ** 32 - 1 });
  if (kind === 'time') return fc.integer({ min: 0, max: 2 ** 32 * 1e6 - 1 }).map((micros) => micros / 1e6);
  return fc.double({ noDefaultInfinity: true });
}

const anyFact = fc.oneof(
  ...(Object.keys(FIELD_KINDS) as AuditEvent[]).map((event) => {
    const kinds = Object.entries(FIELD_KINDS[event] as Readonly<Record<string, FieldKind>>);
    const fields = Object.fromEntries(kinds.map(([name, kind]) => [name, valueOf(name, kind)]));
    return fc.record({ event: fc.constant(event), ...fields }) as unknown as fc.Arbitrary<AuditFact>;
  }),
);

describe('a line of the audit log', () => {
  const place = {
    sequence: 7,
    timeSeconds: NOON + 0.25,
    uptimeSeconds: 1000.25,
    sensor: 'sensor-1',
    previous: 'f'.repeat(64),
    more: false,
  };

  it('has the common fields of every event, under their names', () => {
    const fact: AuditFact = {
      event: 'response.begin',
      decision: 'd1',
      source: address('10.20.7.9'),
      step: 'apply',
      key: 'd1',
      attempt: 1,
      expiresSeconds: NOON + 3600,
      dryRun: false,
      command: 'nft -f -',
    };
    expect(JSON.parse(lineOf(entryOf(fact, place)))).toEqual({
      v: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      ts: '2026-03-01T12:00:00.250000Z',
      event: 'response.begin',
      sensor: 'sensor-1',
      sequence: 7,
      uptime: 1000.25,
      src_ip: '10.20.7.9',
      decision: 'd1',
      step: 'apply',
      key: 'd1',
      attempt: 1,
      expires: '2026-03-01T13:00:00.000000Z',
      dry_run: false,
      command: 'nft -f -',
      message: 'apply for 10.20.7.9: nft -f -',
      more: false,
      previous: 'f'.repeat(64),
    });
  });

  it('reads back as the entry it was, whatever the fact', () => {
    fc.assert(
      fc.property(anyFact, (fact) => {
        const line = lineOf(entryOf(fact, place));
        expect(line).not.toMatch(/[\n\r]/);
        const reading = readLine(line);
        if (!reading.ok) throw new Error(reading.reason);
        expect(lineOf(reading.value)).toBe(line);
        expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 200 },
    );
  });

  it('that is none is a value with a reason, whatever its text', () => {
    const nearly = fc.json().map((json) => `{"v":1,"event":"respond.start","mode":${json}}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), nearly), (text) => {
        expect(readLine(text).ok).toBe(false);
      }),
    );
  });
});

describe('the audit log', () => {
  it('chains its lines with SHA-256 as sha256sum computes it', async () => {
    const lines = (await written()).text.trimEnd().split('\n');
    let previous = '0'.repeat(64);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ previous });
      previous = createHash('sha256').update(line).digest('hex');
    }
    expect(lines).toHaveLength(FACTS.length);
  });

  it('continues where it ended', async () => {
    const file = await written();
    const seen: AuditEntry[] = [];
    const log = await open(file, (entry) => seen.push(entry));
    expect(seen.map(({ event }) => event)).toEqual(FACTS.map(({ event }) => event));
    await log.append([{ event: 'respond.start', mode: 'act' }], AT_NOON, (entry) => seen.push(entry));
    expect(seen.at(-1)).toMatchObject({ sequence: 5, timeSeconds: NOON });
    expect((await read(file)).ok).toBe(true);
  });

  it('catches up with what another process wrote, and goes on from there', async () => {
    const file = await written();
    const [log, other] = [await open(file), await open(file)];
    const seen: AuditEntry[] = [];
    const restarts: number[] = [];
    const catchUp = (): ReturnType<AuditLog['catchUp']> =>
      log.catchUp(
        (entry) => void seen.push(entry),
        () => restarts.push(seen.length),
      );
    expect([await catchUp(), seen.length]).toEqual([{ ok: true }, 0]);
    await other.append([{ event: 'respond.start', mode: 'act' }], AT_NOON, () => {});
    expect(await catchUp()).toEqual({ ok: true });
    expect([seen.map(({ sequence }) => sequence), restarts]).toEqual([[5], []]);
    expect([log.head, log.syncedOffset]).toEqual([other.head, other.head.endOffset]);
    await log.append([{ event: 'respond.resume', by: 'ada' }], AT_NOON, () => {});
    expect((await read(file)).ok).toBe(true);
  });

  it('begins anew where another process has begun a segment, and does not go on in a log that was cut or changed', async () => {
    const file = await written();
    const [log, other] = [await open(file), await open(file)];
    const seen: AuditEntry[] = [];
    let restarts = 0;
    const catchUp = (): ReturnType<AuditLog['catchUp']> =>
      log.catchUp(
        (entry) => void seen.push(entry),
        () => restarts++,
      );
    await other.rotate('log-1', '{}', AT_NOON, () => {});
    expect(await catchUp()).toEqual({ ok: true });
    expect([restarts, seen.map(({ event }) => event)]).toEqual([1, ['log.snapshot']]);
    expect(log.head).toEqual(other.head);
    const { text } = file;
    file.text = '';
    expect(await catchUp()).toMatchObject({ ok: false });
    file.text = `${text}no line of the log\n`;
    expect(await catchUp()).toMatchObject({ ok: false });
    expect(log.head).toEqual(other.head);
  });

  it('shows every change of any octet, every line left out, doubled or exchanged', async () => {
    const { text } = await written();
    const lines = text.trimEnd().split('\n');
    const verify = async (changed: string): Promise<boolean> => {
      const file = new MemoryFile();
      file.text = changed;
      const reading = await read(file);
      // A log cut short between two lines is whole; only its head, which messages witness, shows it.
      return reading.ok && !reading.torn && reading.head.sequence === lines.length;
    };
    expect(await verify(text)).toBe(true);
    // The last line has no successor that holds its hash: whoever may write there may write another.
    const chained = lines.slice(0, -1).join('\n').length;
    for (let at = 0; at < chained; at += 3) {
      const other = text[at] === 'x' ? 'y' : 'x';
      expect(await verify(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
    }
    for (let i = 0; i < lines.length; i++) {
      expect(await verify(`${lines.toSpliced(i, 1).join('\n')}\n`)).toBe(false);
      expect(await verify(`${lines.toSpliced(i, 0, lines[i]!).join('\n')}\n`)).toBe(false);
      const exchanged = lines.toSpliced(i, 2, ...lines.slice(i, i + 2).reverse());
      if (i < lines.length - 1) expect(await verify(`${exchanged.join('\n')}\n`)).toBe(false);
    }
  });

  it('cuts off a torn line, wherever it is torn, and keeps all before', async () => {
    const { text } = await written();
    const lastLine = text.lastIndexOf('\n', text.length - 2) + 1;
    for (let end = lastLine; end < text.length; end += 5) {
      const file = new MemoryFile();
      file.text = text.slice(0, end);
      const log = await open(file);
      expect(log.head.sequence).toBe(FACTS.length - 1);
      expect(file.text).toBe(text.slice(0, lastLine));
    }
    const zeros = new MemoryFile();
    zeros.text = `${text}${'\0'.repeat(500)}`;
    expect((await open(zeros)).head.sequence).toBe(FACTS.length);
  });

  it('keeps facts that were written together together', async () => {
    const file = await written();
    const log = await open(file);
    const whole = file.text.length;
    await log.append(FACTS, AT_NOON, () => {});
    const { text } = file;
    for (let end = whole; end <= text.length; end += 7) {
      file.text = text.slice(0, end);
      expect((await open(file)).head.sequence).toBe(end === text.length ? 2 * FACTS.length : FACTS.length);
    }
  });

  it('is not opened when a line in it was changed', async () => {
    const file = await written();
    file.text = file.text.replace('maintenance', 'Maintenance');
    const opening = await AuditLog.open(file, 'sensor-1', () => {});
    expect(opening).toMatchObject({ ok: false, reason: expect.stringContaining('Line 3 of the audit log') });
  });

  it('says so when the disk is full, and is whole when opened again', async () => {
    const file = await written();
    const log = await open(file);
    file.full = true;
    const seen: AuditEntry[] = [];
    expect((await log.append([FACTS[0]!], AT_NOON, (entry) => seen.push(entry))).ok).toBe(false);
    expect(seen).toEqual([]);
    file.full = false;
    expect((await open(file)).head.sequence).toBe(FACTS.length);
  });

  it('distinguishes what is synced from what is not', async () => {
    const file = await written();
    const log = await open(file);
    const before = log.syncedOffset;
    await log.append([FACTS[1]!], AT_NOON, () => {});
    expect(log.syncedOffset).toBe(before);
    await log.sync();
    expect(log.syncedOffset).toBe(Buffer.byteLength(file.text));
  });
});
