/** What tests of the places that are used again share: how many times, from when, and what machines say around a question by ARP. */
import fc from 'fast-check';

export const SEED: number = Number(process.env['WORMWOOD_SEED'] ?? 20_261_130);
export const RUNS = { numRuns: 300, seed: SEED } as const;
export const START = 1_700_000_000;
export const [OWNER, RIVAL, ASKER] = [0x02_00_00_00_00_0a, 0x02_00_00_00_00_0b, 0x0a00_0001] as const;

/** What happens around a question by ARP. */
export interface Saying {
  readonly what: 'ask' | 'reply' | 'rival' | 'talk';
  readonly count: number;
  readonly seconds: number;
}

export const saying: fc.Arbitrary<Saying> = fc.record({
  what: fc.constantFrom('ask', 'reply', 'reply', 'rival', 'talk'),
  count: fc.constantFrom(1, 1, 40),
  seconds: fc.constantFrom(0, 0.1, 0.4),
});

/** What a machine says of an address, as ARP tables take it. */
export function claim(what: Saying['what'], address: number) {
  const mac = what === 'rival' ? RIVAL : OWNER;
  return { address, vlan: 0, linkAddresses: [mac, mac] as const, isReply: what !== 'talk', target: ASKER };
}
