import { randomStreams } from '@wormwood/base';
import { describe, expect, it } from 'vitest';
import { type FirstContact, FirstContacts } from './first-contacts.ts';
import { KeyedHash } from './keyed-hash.ts';

const hash = new KeyedHash(randomStreams('1').stream('test/hash'));
const contact: FirstContact = {
  destination: 0xffffffff,
  portKey: 0x2ffff,
  marks: 31,
  contacts: 511,
  firstSeconds: 1_772_366_400.123456,
  lastSeconds: 1_772_366_464.123456,
};

describe('first contacts', () => {
  it('are given back once, as they were', () => {
    const contacts = new FirstContacts(64, hash);
    const least = { destination: 0, portKey: 0, marks: 0, contacts: 1, firstSeconds: -5, lastSeconds: -5 };
    contacts.keep(0, least);
    contacts.keep(0xffffffff, contact);
    expect(contacts.size).toBe(2);
    expect(contacts.take(0xffffffff)).toEqual(contact);
    expect(contacts.take(0xffffffff)).toBeNull();
    expect(contacts.take(0)).toEqual(least);
    expect(contacts.take(1)).toBeNull();
    expect(contacts).toMatchObject({ size: 0, evictions: 0, capacity: 64, bytes: 64 * 24 });
  });

  it('are forgotten in the order of their last packet', () => {
    const contacts = new FirstContacts(8, hash);
    for (let source = 0; source < 8; source++)
      contacts.keep(source, { ...contact, firstSeconds: 0, lastSeconds: (source + 3) % 8 });
    contacts.keep(100, contact);
    expect(contacts).toMatchObject({ size: 8, evictions: 1 });
    expect(contacts.take(5)).toBeNull();
    for (const source of [0, 1, 2, 3, 4, 6, 7, 100]) expect(contacts.take(source)).not.toBeNull();
    expect(contacts.size).toBe(0);
  });
});
