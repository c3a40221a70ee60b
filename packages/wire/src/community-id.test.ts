import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Address, u16, u32, u8 } from './arbitrary-field-test-support.ts';
import { COMMUNITY_ID_LENGTH, communityId, CommunityIds } from './community-id.ts';
import type { Flow } from './flow.ts';
import { ipProtocol } from './ip-protocol.ts';
import { parameters } from './protocol-laws-test-support.ts';

describe('the community ID', () => {
  it('of the examples of its specification is the published one', () => {
    const tcp: Flow = {
      protocol: ipProtocol.tcp,
      source: 0x80e8_6e78,
      destination: 0x4223_facc,
      sourcePort: 34_855,
      destinationPort: 80,
    };
    expect(communityId(tcp)).toBe('1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
  });

  it('of a flow of nothing but zeros is that of any other kind, also where flows are remembered', () => {
    const nothing = { protocol: 0, source: 0, destination: 0, sourcePort: 0, destinationPort: 0 };
    const out = new Uint8Array(COMMUNITY_ID_LENGTH);
    new CommunityIds().emit(nothing, out, 0);
    expect(new TextDecoder().decode(out)).toBe(communityId(nothing));
  });

  it('is the same in both directions, and of a request and its answer', () => {
    const addresses = fc.oneof(fc.tuple(u32, u32), fc.tuple(ipv6Address, ipv6Address));
    fc.assert(
      fc.property(addresses, u16, u16, ([source, destination], sourcePort, destinationPort) => {
        const flow: Flow = { protocol: 17, source, destination, sourcePort, destinationPort };
        const back: Flow = {
          protocol: 17,
          source: destination,
          destination: source,
          sourcePort: destinationPort,
          destinationPort: sourcePort,
        };
        expect(communityId(flow)).toBe(communityId(back));
        expect(communityId(flow, 1)).not.toBe(communityId(flow));
        const ping: Flow = { ...flow, protocol: 1, sourcePort: 8, destinationPort: 0 };
        const pong: Flow = { ...back, protocol: 1, sourcePort: 0, destinationPort: 0 };
        expect(communityId(ping)).toBe(communityId(pong));
        // An unreachable answers nothing, so the direction stays.
        const error: Flow = { ...flow, protocol: 1, sourcePort: 3, destinationPort: 1 };
        const other: Flow = { ...back, protocol: 1, sourcePort: 3, destinationPort: 1 };
        if (source !== destination) expect(communityId(error)).not.toBe(communityId(other));
      }),
      { ...parameters, numRuns: 100 },
    );
  });
});

it('of an IPv4 flow is the same as octets', () => {
  const ids = new CommunityIds();
  const protocol = fc.oneof(fc.constantFrom(1, 6, 17, 132), u8);
  // Few types and addresses, so that both directions and ends that are alike are among them.
  const port = fc.oneof(u16, fc.integer({ min: 0, max: 20 }));
  const address = fc.oneof(u32, fc.constantFrom(0, 1, 0xffff_ffff));
  fc.assert(
    fc.property(protocol, address, address, port, port, u8, (number, source, destination, from, to, at) => {
      const flow = { protocol: number, source, destination, sourcePort: from, destinationPort: to };
      const out = new Uint8Array(at + COMMUNITY_ID_LENGTH);
      expect(ids.emit(flow, out, at)).toBe(out.length);
      expect(Buffer.from(out).toString('latin1', at)).toBe(communityId(flow));
    }),
    { ...parameters, numRuns: 2000 },
  );
});
