// Places in the address, and which page each of them names.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageGroups } from '../pages.ts';
import { addressOf, placeOf } from './address.ts';
import { isTab, pageAt } from './page.ts';

const pages = pageGroups.flatMap((group) => group.pages);

describe('places', () => {
  it('are read from the fragment as they are written there', () => {
    for (const [hash, path, query] of [
      ['', '/', ''],
      ['#', '/', ''],
      ['#/watch', '/watch', ''],
      ['#/map?scenario=slammer&x=1?2', '/map', 'scenario=slammer&x=1?2'],
      ['#content', '/', ''],
    ]) {
      expect(placeOf(hash ?? '')).toEqual({ path, query });
    }
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z/]*$/), fc.stringMatching(/^[a-z=&.0-9]*$/), (path, query) => {
        expect(placeOf(addressOf({ path, query }))).toEqual({ path, query });
      }),
    );
  });

  it('name a page each, single things with their parameters decoded', () => {
    for (const page of pages.filter(isTab)) expect(pageAt(pages, page.path)?.page).toBe(page);
    expect(pageAt(pages, '/sources/192.0.2.1')?.parameters).toEqual({ address: '192.0.2.1' });
    expect(pageAt(pages, '/sources/a%2Fb')?.parameters).toEqual({ address: 'a/b' });
    expect(pageAt(pages, '/sources/%E0%A4%A')?.parameters).toEqual({ address: '%E0%A4%A' });
    expect(pageAt(pages, '/sources/1/2')).toBeNull();
    expect(pageAt(pages, '/nothing')).toBeNull();
  });

  it('of any text are a page or none, without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (hash) => {
        const found = pageAt(pages, placeOf(hash).path);
        expect(found === null || pages.includes(found.page)).toBe(true);
      }),
    );
  });
});
