// The proof of an address is that of the machine that has it now, however often the address changes hands.
import { describe, expect, it } from 'vitest';
import { lan } from './lan-test-support.ts';
import { OWNER, RIVAL } from './second-use-test-support.ts';

describe('the proof of an address on the link', () => {
  const address = 0x0a00_0064;
  const link = { networks: [{ first: 0x0a00_0000, last: 0x0a00_00ff, vlan: 0 }] };
  const kinds = (net: ReturnType<typeof lan>, mac: number): (string | undefined)[] => {
    const before = net.opened.length;
    const judged = net.judge({ source: address, mac });
    return [net.opened[before]?.kind, judged?.kind];
  };

  it('is asked for again by its owner once another link address has used the address', () => {
    const net = lan({ link, machines: [{ mac: OWNER, address }] });
    for (let round = 0; round < 5; round++) {
      expect(kinds(net, OWNER)).toEqual(['pending', 'link']);
      expect(kinds(net, OWNER)).toEqual(['link', 'link']);
      expect(kinds(net, RIVAL)).toEqual(['pending', 'none']);
    }
  });

  it('is that of the machine that has the address now, and none of the one before', () => {
    const net = lan({ link, machines: [] });
    for (const mac of [OWNER, RIVAL, OWNER, RIVAL]) {
      net.machines.splice(0, 1, { mac, address });
      net.say({ operation: 2, senderMac: mac, senderAddress: address, targetMac: 0, targetAddress: address });
      expect(kinds(net, mac)).toEqual(['pending', 'link']);
      expect(kinds(net, mac === OWNER ? RIVAL : OWNER)).toEqual(['pending', 'none']);
    }
  });

  it('takes no memory once it is over', () => {
    const net = lan({ link, machines: [{ mac: OWNER, address }] });
    net.machines.push({ mac: RIVAL, address: address + 1 });
    net.judge({ source: address, mac: OWNER });
    net.pass(60);
    net.judge({ source: address + 1, mac: RIVAL });
    expect(net.stack.sources.rememberedCount).toBe(1);
  });
});
