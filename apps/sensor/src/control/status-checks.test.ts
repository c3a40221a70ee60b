// A sensor that works has a clean list; whatever does not, is named with what to do about it.
import { expect, it } from 'vitest';
import type { SensorStatus } from './sensor-report.ts';
import { netsWords, statusChecks } from './status-checks.ts';

const WIRE = {
  state: 'sending',
  sent: 5,
  refused: 0,
  tooLong: 0,
  mtuBytes: 1500,
  secondsSinceLeft: 1,
} as NonNullable<SensorStatus['wire']>;

const WELL = {
  addresses: 256,
  nets: ['10.0.0.0/24'],
  framesDropped: 0,
  linesDropped: 0,
  routers: ['10.0.0.254'],
  linkNets: ['10.0.0.0/24'],
  faults: 0,
  scriptUser: { userId: 32_767, isOwn: false },
  wire: WIRE,
} as Partial<SensorStatus> as SensorStatus;

it('has nothing to look at where all is well', () => {
  expect(statusChecks(WELL).filter(({ ok }) => !ok)).toEqual([]);
  expect(statusChecks({ ...WELL, wire: null, scriptUser: null })).toHaveLength(statusChecks(WELL).length - 2);
});

it.each([
  ['no address', { addresses: 0, nets: [] }, '0 addresses', '--net'],
  ['a dead wire', { wire: { ...WIRE, state: 'stuck' } }, 'takes no frames', 'ip link set IFACE up'],
  ['a full ring', { framesDropped: 7 }, '7 frames were dropped', 'top'],
  ['a frame that was dropped', { framesDropped: 1 }, '1 frame was dropped', 'top'],
  ['a full disk', { linesDropped: 3 }, '3 lines of logs were lost', 'df -h'],
  ['no network', { linkNets: [] }, 'no network of the link', '--link-net'],
  ['no router', { routers: [] }, 'no router', '--router'],
  ['scripts as the sensor', { scriptUser: { userId: 0, isOwn: true } }, "sensor's own user", 'root'],
  ['faults', { faults: 2 }, '2 unexpected errors', 'sensor.trouble'],
] as const)('names %s alone, and what to do about it', (_, change, what, remedy) => {
  const wrong = statusChecks({ ...WELL, ...(change as Partial<SensorStatus>) }).filter(({ ok }) => !ok);
  expect(wrong).toHaveLength(1);
  expect(wrong[0]!.what).toContain(what);
  expect(wrong[0]!.remedy).toContain(remedy);
});

it('counts the addresses of IPv4 that are answered for, and names the prefixes of IPv6', () => {
  expect(netsWords(1, ['10.0.0.1/32'])).toBe('1 address');
  expect(netsWords(65_536, ['10.0.0.0/16'])).toBe('65,536 addresses');
  expect(netsWords(256, ['10.0.0.0/24'])).toBe('256 addresses');
  expect(netsWords(256, ['10.0.0.0/24', '2001:db8:1::/64'])).toBe(
    '256 addresses and 1 IPv6 prefix (2001:db8:1::/64)',
  );
  const many = Array.from({ length: 5 }, (_, i) => `2001:db8:${i}::/64`);
  expect(netsWords(0, many)).toBe('5 IPv6 prefixes');
  expect(statusChecks({ ...WELL, addresses: 0, nets: many }).filter(({ ok }) => !ok)).toEqual([]);
});
