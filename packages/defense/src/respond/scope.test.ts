import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { utf8 } from '@wormwood/base';
import { IpSet } from '@wormwood/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseDeed, refuseVerdict, type Standing } from './guard.ts';
import {
  address,
  admit,
  cidr,
  forgedVerdictOn,
  NOON,
  SCOPE_COMPONENTS,
  SCOPE_FILE,
  scopeDocument,
  standing,
  verdictOn,
} from './respond-test-support.ts';
import { NEVER_ACTED_ON, Scope, type ScopeComponents } from './scope.ts';
import { type ScopeFile, scopeProblems } from './scope-file.ts';

const INFECTED = '10.20.7.9';

async function refusalOf(admission: ReturnType<typeof admit>): Promise<string> {
  const admitted = await admission;
  return admitted.ok ? 'admitted' : admitted.code;
}

describe('a scope file', () => {
  it('in order is admitted, with its signer and fingerprint', async () => {
    const admission = await admit(SCOPE_FILE);
    if (!admission.ok) throw new Error(admission.reason);
    expect(admission.scope.signer).toBe('test key');
    expect(admission.scope.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(admission.scope.addresses.ipv4.size).toBe(65_536);
  });

  it('that is missing, unsigned, altered, unreadable, expired or too wide is not', async () => {
    const whole = scopeDocument(SCOPE_FILE);
    const admitDocument = (document: Partial<typeof whole>): ReturnType<typeof admit> =>
      Scope.admit({ ...whole, ...document }, SCOPE_COMPONENTS, NOON);
    expect(await refusalOf(admitDocument({ octets: null }))).toBe('missing');
    expect(await refusalOf(admitDocument({ signature: null }))).toBe('unsigned');
    const altered = utf8(JSON.stringify({ ...SCOPE_FILE, prefixes: [cidr('10.0.0.0/8')] }));
    expect(await refusalOf(admitDocument({ octets: altered }))).toBe('unsigned');
    const illegible: ScopeComponents = { ...SCOPE_COMPONENTS, read: () => ({ ok: false, reason: 'YAML' }) };
    expect(await refusalOf(Scope.admit(whole, illegible, NOON))).toBe('unreadable');
    expect(await refusalOf(admit({ ...SCOPE_FILE, expiresSeconds: NOON }))).toBe('expired');
    expect(await refusalOf(admit({ ...SCOPE_FILE, addressesMax: 65_535 }))).toBe('too-wide');
    const half = { ...SCOPE_FILE, addressesMax: 2 ** 24, prefixes: [cidr('10.0.0.0/7')] };
    expect(await refusalOf(admit(half))).toBe('too-wide');
    const two = { ...half, prefixes: [cidr('10.0.0.0/8'), cidr('11.0.0.0/32')] };
    expect(await refusalOf(admit(two))).toBe('too-wide');
    expect(await refusalOf(admit({ ...half, prefixes: [cidr('10.0.0.0/8'), cidr('10.1.0.0/16')] }))).toBe(
      'admitted',
    );
  });

  it('is not even read before its signature holds', async () => {
    const read = (): never => {
      throw new Error('read');
    };
    const admission = Scope.admit(
      { octets: utf8('x'), signature: 'forged' },
      { ...SCOPE_COMPONENTS, read },
      NOON,
    );
    expect(await refusalOf(admission)).toBe('unsigned');
  });

  it('signed with Ed25519 is admitted; with one bit changed anywhere it is not', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const components: ScopeComponents = {
      ...SCOPE_COMPONENTS,
      verifier: {
        verify: async (octets, signature) =>
          verify(null, octets, publicKey, Buffer.from(signature, 'base64'))
            ? { ok: true, value: 'owner' }
            : { ok: false, reason: 'No trusted key made this signature.' },
      },
    };
    const octets = scopeDocument(SCOPE_FILE).octets ?? new Uint8Array();
    const signature = sign(null, octets, privateKey).toString('base64');
    expect(await refusalOf(Scope.admit({ octets, signature }, components, NOON))).toBe('admitted');
    for (let bit = 0; bit < 8 * octets.length; bit += 37) {
      const changed = Uint8Array.from(octets);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(await refusalOf(Scope.admit({ octets: changed, signature }, components, NOON))).toBe('unsigned');
    }
  });

  it.each<[string, Partial<ScopeFile>]>([
    ['owner', { owner: ' ' }],
    ['owner', { owner: 'two\nlines' }],
    ['contact', { contact: 'nobody' }],
    ['contact', { contact: 'a@example.org\r\nBcc: b@example.org' }],
    ['expires', { expiresSeconds: Number.NaN }],
    ['expires', { expiresSeconds: NOON + 400 * 86_400 }],
    ['prefixes', { prefixes: [] }],
    ['addressesMax', { addressesMax: 2 ** 25 }],
    ['actions', { actions: [] }],
    ['actions.0.ttl', { actions: [{ ...SCOPE_FILE.actions[0]!, ttlSeconds: Infinity }] }],
    ['actions.0.actuator', { actions: [{ ...SCOPE_FILE.actions[0]!, actuator: '../x' }] }],
    ['actions.1', { actions: [SCOPE_FILE.actions[0]!, SCOPE_FILE.actions[0]!] }],
    ['actionsPerMinute', { actionsPerMinute: 0 }],
    ['activeActionsMax', { activeActionsMax: 0.5 }],
  ])('with a mistake in %s names that place, and that alone', (path, mistake) => {
    expect(scopeProblems({ ...SCOPE_FILE, ...mistake }, NOON).map((problem) => problem.path)).toEqual([path]);
  });

  it('in order has no problems', () => expect(scopeProblems(SCOPE_FILE, NOON)).toEqual([]));
});

describe('the guard', () => {
  const verdictCode = async (source: string, file?: ScopeFile): Promise<string | undefined> =>
    refuseVerdict(verdictOn(source), await standing(file))?.code;

  it('lets a verdict pass that nobody can forge, inside the scope', async () => {
    expect(await verdictCode(INFECTED)).toBeUndefined();
  });

  it('refuses evidence that can be forged, whatever the flag says', async () => {
    const now = await standing();
    const forgeable = [
      forgedVerdictOn(INFECTED),
      forgedVerdictOn(INFECTED, { unforgeable: true }),
      verdictOn(INFECTED, { unforgeable: false }),
      verdictOn(INFECTED, { protocol: 'udp' }),
      verdictOn(INFECTED, { protocol: 'icmp' }),
      verdictOn(INFECTED, { evidence: [] }),
    ];
    expect(forgeable.map((verdict) => refuseVerdict(verdict, now)?.code)).toEqual(
      forgeable.map(() => 'forgeable'),
    );
  });

  it('names the protected host before anything else', async () => {
    expect(await verdictCode('10.20.0.1')).toBe('protected');
    expect(await verdictCode('10.20.53.200')).toBe('protected');
    const now = await standing();
    expect(refuseVerdict(forgedVerdictOn('10.20.0.1'), now)?.code).toBe('protected');
    const own: Standing = { ...now, ownAddresses: IpSet.of([cidr(`${INFECTED}/32`)]) };
    expect(refuseVerdict(verdictOn(INFECTED), own)?.code).toBe('protected');
  });

  it('knows addresses that are nobody’s, scope or not', async () => {
    for (const source of ['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.251', '255.255.255.255']) {
      expect(await verdictCode(source, { ...SCOPE_FILE, prefixes: [cidr(`${source}/32`)] })).toBe(
        'protected',
      );
    }
    const now = await standing();
    for (const source of [-1, 0.5, 2 ** 32, Number.NaN]) {
      expect(refuseVerdict({ ...verdictOn(INFECTED), source }, now)?.code).toBe('not-an-address');
    }
  });

  it('refuses outside the scope, without one, and from the second on at which it expires', async () => {
    expect(await verdictCode('10.21.0.0')).toBe('outside-scope');
    const now = await standing();
    const none: Standing = {
      ...now,
      scope: { ok: false, code: 'missing', reason: 'There is no scope file.' },
    };
    expect(refuseVerdict(verdictOn(INFECTED), none)?.code).toBe('no-scope');
    const at = (nowSeconds: number): string | undefined =>
      refuseVerdict(verdictOn(INFECTED, { timeSeconds: nowSeconds }), {
        ...now,
        nowSeconds,
        permissionSeconds: nowSeconds,
      })?.code;
    expect(at(SCOPE_FILE.expiresSeconds - 0.001)).toBeUndefined();
    expect(at(SCOPE_FILE.expiresSeconds)).toBe('scope-expired');
  });

  it('refuses what is older than the scope allows, and what lies more than a minute ahead', async () => {
    const now = await standing();
    const at = (seconds: number): string | undefined =>
      refuseVerdict(verdictOn(INFECTED, { timeSeconds: NOON + seconds }), now)?.code;
    const ages = [-3600.001, -3600, 0, 60, 60.001, 40 * 86_400, -40 * 86_400];
    expect(ages.map(at)).toEqual([
      'stale',
      undefined,
      undefined,
      undefined,
      'from-the-future',
      'from-the-future',
      'stale',
    ]);
  });

  it('refuses an action or an actuator that the scope does not name', async () => {
    const now = await standing();
    const source = address(INFECTED);
    expect(refuseDeed({ source, action: 'block', actuator: 'border-firewall' }, now)).toBeUndefined();
    expect(refuseDeed({ source, action: 'patch', actuator: 'border-firewall' }, now)?.code).toBe(
      'action-not-allowed',
    );
    expect(refuseDeed({ source, action: 'block', actuator: 'nac' }, now)?.code).toBe('action-not-allowed');
  });

  it('lets pass exactly the scope without its protected addresses', async () => {
    const now = await standing();
    const scope = IpSet.of(SCOPE_FILE.prefixes).ipv4;
    const open = scope
      .difference(IpSet.of(SCOPE_FILE.protectedPrefixes).ipv4)
      .difference(NEVER_ACTED_ON.ipv4);
    const sources = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 0, max: 65_537 }).map((i) => address('10.20.0.0') + i),
    );
    fc.assert(
      fc.property(sources, (source) => {
        const passes = refuseVerdict({ ...verdictOn(INFECTED), source }, now) === undefined;
        expect(passes).toBe(open.contains(source));
      }),
    );
  });
});
