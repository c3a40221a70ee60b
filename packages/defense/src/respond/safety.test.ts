// The safety line from the packets on: what must lead to nothing leads to nothing, and the audit log alone proves it.
import { AddressSet, randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { createDetector } from '../detect/detector.ts';
import type { Observation } from '../observation.ts';
import { checkAudit } from './audit/audit-check.ts';
import type { AuditEntry } from './audit/audit-fact.ts';
import { address, cidr, NOON, SCOPE_FILE, scopeDocument, verdictOn } from './respond-test-support.ts';
import { Machine, runUntil } from './responder-test-support.ts';
import type { ScopeDocument } from './scope.ts';
import type { ScopeFile } from './scope-file.ts';

const INFECTED = '10.20.7.9';
const INNOCENT = '10.20.8.1';
const PROTECTED = '10.20.0.1';
const AUTOMATIC: ScopeFile = { ...SCOPE_FILE, actions: [SCOPE_FILE.actions[0]!] };
const DARK = cidr('10.20.64.0/18');

/** That nothing was done, as an auditor sees it who has the log and nothing else. */
function expectNothingDone(entries: readonly AuditEntry[]): void {
  expect(checkAudit(entries)).toEqual({ faults: [], open: [], applied: 0, released: 0 });
  expect(entries.filter(({ event }) => event.startsWith('response.'))).toEqual([]);
}

function sealed(change: Partial<ScopeFile>): ScopeDocument {
  return scopeDocument({ ...AUTOMATIC, ...change });
}

describe('no action follows, though the host is infected and everything else is in order, when the scope', () => {
  it.each<[string, ScopeDocument, string]>([
    ['is missing', { octets: null, signature: null }, 'missing'],
    ['is unsigned', { ...sealed({}), signature: null }, 'unsigned'],
    ['is signed by somebody else', { ...sealed({}), signature: 'hash:00' }, 'unsigned'],
    [
      'was changed after it was signed',
      { ...sealed({}), signature: sealed({ owner: 'X' }).signature },
      'unsigned',
    ],
    ['has expired', sealed({ expiresSeconds: NOON }), 'expired'],
    ['covers more than it says', sealed({ addressesMax: 1024 }), 'too-wide'],
    ['covers more than a /8', sealed({ prefixes: [cidr('0.0.0.0/0')], addressesMax: 2 ** 24 }), 'too-wide'],
    ['lasts longer than a year', sealed({ expiresSeconds: NOON + 400 * 86_400 }), 'invalid'],
  ])('%s', async (_, document, code) => {
    const machine = new Machine();
    machine.document = document;
    const responder = await machine.start();
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts).toEqual([]);
    const entries = await machine.entries();
    expectNothingDone(entries);
    // The log says why: which scope was refused, and that the verdict led to nothing for that reason.
    expect(entries.filter(({ event }) => event === 'scope.refuse')).toMatchObject([{ code }]);
    expect(entries.filter(({ event }) => event === 'decision.none')).toMatchObject([
      { code: 'no-scope', source: address(INFECTED) },
    ]);
    expect(entries.some(({ event }) => event === 'scope.load')).toBe(false);
  });

  it('and with that scope in order it does follow: the tests above can fail', async () => {
    const machine = new Machine();
    machine.document = sealed({});
    const responder = await machine.start();
    responder.offer(verdictOn(INFECTED));
    await runUntil(machine, responder, NOON + 7200);
    expect(machine.acts.map(({ step }) => step)).toEqual(['apply', 'release']);
    expect(checkAudit(await machine.entries())).toEqual({ faults: [], open: [], applied: 1, released: 1 });
  });
});

/** What a sensor sees of `count` packets to dark addresses, one a tenth of a second. */
function scanOf(source: string, kind: Observation['kind'], count: number): readonly Observation[] {
  const dark = AddressSet.fromCidrs([DARK]);
  return Array.from({ length: count }, (_, index) => ({
    timeSeconds: NOON + index / 10,
    kind,
    protocol: 'tcp',
    source: address(source),
    destination: dark.at((index * 7919) % dark.size),
    sourcePort: 40_000 + index,
    destinationPort: 445,
    payloadHash: null,
    payloadLength: 0,
    dark: true,
    linkAddress: null,
    forgeable: null,
  }));
}

async function respondTo(observations: readonly Observation[]): Promise<Machine> {
  const machine = new Machine();
  machine.document = sealed({});
  machine.clock.advanceTo(NOON + 600);
  const responder = await machine.start();
  const monitored = AddressSet.fromCidrs([DARK]);
  const own = AddressSet.fromCidrs([{ address: address(INFECTED), prefixLength: 32 }]);
  const detector = createDetector({ streams: randomStreams('1'), monitored, own });
  for (const observation of observations) {
    const verdict = detector.observe(observation);
    if (verdict !== null) responder.offer(verdict);
  }
  await runUntil(machine, responder, NOON + 7200);
  return machine;
}

describe('a flood of SYNs with forged sources', () => {
  it.each([
    ['a protected address', PROTECTED],
    ['an innocent host inside the scope', INNOCENT],
    ['somebody outside', '198.51.100.7'],
  ])('that names %s is reported and leads to no action', async (_, source) => {
    const machine = await respondTo(scanOf(source, 'contact', 2000));
    expect(machine.acts).toEqual([]);
    const entries = await machine.entries();
    expectNothingDone(entries);
    // The detector does see a scan: it is the responder that does not act on it.
    expect(entries.filter(({ event }) => event === 'verdict.infected')).toMatchObject([
      { source: address(source), unforgeable: false },
    ]);
    expect(entries.filter(({ event }) => event === 'decision.none')).toMatchObject([
      { code: source === PROTECTED ? 'protected' : 'forgeable' },
    ]);
  });

  it('does not hide the infected host that completes its handshakes among them', async () => {
    const flood = [PROTECTED, INNOCENT, '198.51.100.7'].flatMap((each) => scanOf(each, 'contact', 500));
    const real = [...scanOf(INFECTED, 'contact', 300), ...scanOf(INFECTED, 'handshake', 300)];
    const together = [...flood, ...real].sort((a, b) => a.timeSeconds - b.timeSeconds);
    const machine = await respondTo(together);
    expect(machine.acts.map(({ step, source }) => [step, source])).toEqual([
      ['apply', address(INFECTED)],
      ['release', address(INFECTED)],
    ]);
    expect(checkAudit(await machine.entries()).faults).toEqual([]);
  });
});
