// What is answered beside echo, by the table of the sources (family-traits.ts), for names as configurations have them.
import { expect, it } from 'vitest';
import { familyTraitsOf } from './family-traits.ts';

const letters = (name: string, ...classes: readonly string[]): string => {
  const { timestamp, information, addressMask } = familyTraitsOf({ name, classes }).queries;
  return `${timestamp ? 't' : ''}${information ? 'i' : ''}${addressMask === null ? '' : 'm'}`;
};

it.each([
  ['Linux 2.6.32', 'Linux | Linux | 2.6.X | general purpose', 't'],
  ['Android 4.1', 'Google | Android | 4.X | phone', 't'],
  ['Microsoft Windows 98 SE', 'Microsoft | Windows | 98 | general purpose', 'tm'],
  ['Microsoft Windows 2000 SP4', 'Microsoft | Windows | 2000 | general purpose', 't'],
  ['Microsoft Windows XP SP3', 'Microsoft | Windows | XP | general purpose', 't'],
  ['Microsoft Windows 10 1607', 'Microsoft | Windows | 10 | general purpose', ''],
  ['Microsoft Windows NT 4.0', 'Microsoft | Windows | NT | general purpose', ''],
  ['Sun Solaris 9', 'Sun | Solaris | 9 | general purpose', 'tm'],
  ['HP HP-UX B.11.00', 'HP | HP-UX | 11.X | general purpose', 'm'],
  ['Compaq Tru64 UNIX 5.1', 'Compaq | Tru64 UNIX | 5.X | general purpose', 'ti'],
  ['Apple Mac OS X 10.3', 'Apple | Mac OS X | 10.3.X | general purpose', 't'],
  ['Apple Mac OS X 10.8', 'Apple | Mac OS X | 10.8.X | general purpose', ''],
  ['Apple Mac OS 9.2', 'Apple | Mac OS | 9.X | general purpose', 'm'],
  ['Cisco 2960 switch', 'Cisco | IOS | 12.X | switch', 't'],
  ['HP LaserJet 1320 printer', 'HP | embedded || printer', ''],
])('%s', (name, line, answered) => {
  expect(letters(name, line)).toBe(answered);
});

it('a fingerprint without classes is known by its name', () => {
  expect(letters('Linux 2.2.14')).toBe('t');
  expect(familyTraitsOf({ name: 'Linux 2.2.14', classes: [] }).synAckRepeats).toBe(5);
});
