// The addresses without which a machine is cut off, as the system writes them.
import { describe, expect, it } from 'vitest';
import { gatewaysIn, ipv6GatewaysIn, nameServersIn } from './own-addresses.ts';

describe('the addresses of this machine', () => {
  it('are read as the system writes them', () => {
    const routes = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask',
      'eth0\t00000000\t0114A8C0\t0003\t0\t0\t100\t00000000',
      'eth0\t0014A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF',
    ].join('\n');
    expect(gatewaysIn(routes)).toEqual([0xc0a8_1401]);
    expect(gatewaysIn('')).toEqual([]);
    const ipv6Routes = [
      `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe80000000000000000000000000000a 00000400 00000001 00000000 00000003 eth0`,
      `fe80${'0'.repeat(28)} 40 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000100 00000001 00000000 00000001 eth0`,
    ].join('\n');
    expect(ipv6GatewaysIn(ipv6Routes)).toEqual([(0xfe80n << 112n) + 10n]);
    expect(nameServersIn('# x\nnameserver 10.0.0.53\noptions ndots:1\n nameserver fe80::1\n')).toEqual([
      '10.0.0.53',
      'fe80::1',
    ]);
  });
});
