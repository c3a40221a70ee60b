import { randomStreams } from '@wormwood/base';
import { parseHoneydConfiguration } from '@wormwood/honeynet';
import { expect, it } from 'vitest';
import { compactHoneynet } from '../compact-honeynet.ts';
import { linkAddresses } from './link-addresses.ts';

it('gives each bound host of a vendor an address of its own, the same after a reload', () => {
  const text =
    'create a\nset a ethernet "dell"\ncreate b\nbind 10.0.0.1 a\nbind 10.0.0.2 a\nbind 10.0.0.3 b\n';
  const readInclude = () => ({ ok: false, reason: '' }) as const;
  const { bindings } = compactHoneynet(parseHoneydConfiguration({ text, file: 't', readInclude }).honeynet);
  const addressesOf = () => bindings.map(({ template }) => linkAddresses(randomStreams('1'))(template));
  const [first, second, third] = addressesOf();
  expect(third).toBeNull();
  expect(first).not.toBe(second);
  expect([first, second].map((address) => Math.floor((address ?? 0) / 2 ** 24))).toEqual([
    0x00065b, 0x00065b,
  ]);
  expect(addressesOf()).toEqual([first, second, third]);
});
