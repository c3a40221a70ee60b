import { formatIpPrefix, pcapngOption } from '@wormwood/wire';
import { describe, expect, it } from 'vitest';
import { isStationMac, sensorOfSection } from './capture-sensor.ts';

const MAC = '02:00:5e:10:00:01';
const ROUTER = '02:00:5e:10:00:fe';
const { comment } = pcapngOption.code;

function option(value: unknown, code: number = comment): pcapngOption.Repr {
  const text = typeof value === 'string' ? value : `wormwood-sensor ${JSON.stringify(value)}`;
  return { code, data: Buffer.from(text, 'latin1') };
}

/** As many stations. */
function macs(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `02:00:00:00:${hex(i >> 8)}:${hex((i & 0xff) | 1)}`);
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, '0');
}

describe('the head of a capture', () => {
  it('names the sensor, the routers that it knows without tags, and the networks of its link', () => {
    const found = sensorOfSection([
      option({ macs: [MAC], routers: [ROUTER], nets: ['10.1.0.0/16', '2001:db8:1::/64'] }),
    ]);
    if (found?.ok !== true) throw new Error('it is read');
    const { sensorMacs, routerMacs, untaggedRouterMacs, linkNets } = found.value;
    expect([...sensorMacs]).toEqual([0x02_00_5e_10_00_01]);
    expect([...untaggedRouterMacs!]).toEqual([0x02_00_5e_10_00_fe]);
    expect([routerMacs.size, linkNets!.prefixes().map(formatIpPrefix)]).toEqual([
      0,
      ['10.1.0.0/16', '2001:db8:1::/64'],
    ]);
  });

  it('is the first comment of the sensor; other comments, options and longer ones are not looked at', () => {
    const [own, other] = [option({ macs: [MAC], routers: [] }), option({ macs: [], routers: [] })];
    for (const before of [option('Tuesday'), option({ macs: [], routers: [] }, comment + 1)])
      expect(sensorOfSection([before, own])).toMatchObject({
        ok: true,
        value: { sensorMacs: new Set([0x02_00_5e_10_00_01]) },
      });
    expect(sensorOfSection([other, own])).toMatchObject({ value: { sensorMacs: new Set() } });
    const text = 'wormwood-sensor {"macs":[],"routers":[]}';
    expect(sensorOfSection([option(text.padEnd(100_000))])).toMatchObject({ ok: true });
    expect(sensorOfSection([option(text.padEnd(100_001))])).toBeNull();
    expect(sensorOfSection([])).toBeNull();
  });

  it.each<[string, unknown]>([
    ['JSON object', 'wormwood-sensor {'],
    ['JSON object', 'wormwood-sensor null'],
    ['JSON object', 'wormwood-sensor 5'],
    ['`macs`', { routers: [] }],
    ['`macs`', { macs: MAC, routers: [] }],
    ['`macs`', { macs: [5], routers: [] }],
    ['`macs`', { macs: ['00:00:00:00:00:00'], routers: [] }],
    ['`macs`', { macs: ['01:00:5e:00:00:01'], routers: [] }],
    ['`macs`', { macs: macs(1025), routers: [] }],
    ['`routers`', { macs: [MAC] }],
    ['`routers`', { macs: [MAC], routers: ['x'] }],
    ['`nets`', { macs: [MAC], routers: [], nets: '10.0.0.0/8' }],
    ['`nets`', { macs: [MAC], routers: [], nets: ['10.0.0.0/8', '10.0.0.0/33'] }],
    ['`nets`', { macs: [MAC], routers: [], nets: [8] }],
    ['`nets`', { macs: [MAC], routers: [], nets: Array.from({ length: 1025 }, () => '10.0.0.0/8') }],
  ])('is refused for its %s: %j', (what, value) => {
    const found = sensorOfSection([option(value)]);
    expect(found).toMatchObject({ ok: false });
    expect(found?.ok === false && found.reason).toContain(what);
  });

  it('may name 1,024 machines and as many networks', () => {
    const nets = Array.from({ length: 1024 }, () => '10.0.0.0/8');
    expect(sensorOfSection([option({ macs: macs(1024), routers: macs(1024), nets })])).toMatchObject({
      ok: true,
    });
  });

  it('names stations alone', () => {
    expect([0, 0x0100_0000_0000, 0xffff_ffff_ffff, 0x0200_5e10_0001].map(isStationMac)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});
