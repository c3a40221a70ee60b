import { BindingTable, type Honeynet } from '@wormwood/honeynet';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compactHoneynet } from './compact-honeynet.ts';
import { honeynetOf } from './sensor-test-support.ts';

const TEMPLATES = 'create a\nadd a tcp port 80 open\ncreate b\nset b default tcp action reset\n';

it('65,536 hosts of one template are one binding', () => {
  const binds = Array.from({ length: 65_536 }, (_, i) => `bind 10.3.${i >> 8}.${i & 255} a\n`).join('');
  const { bindings, templates } = compactHoneynet(honeynetOf(TEMPLATES + binds));
  expect(bindings).toMatchObject([{ first: 0x0a03_0000, last: 0x0a03_ffff, template: { name: 'a' } }]);
  expect([...templates.keys()]).toEqual(['a', 'b']);
});

it('answers at every address by the same template, overlapping bindings included', () => {
  const base = honeynetOf(TEMPLATES);
  const [a, b] = ['a', 'b'].map((name) => base.templates.get(name)!);
  const range = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
      const bindings = ranges.map(([first, more, isA], i) => ({
        first,
        last: first + more,
        isNetwork: false,
        original: isA ? 'a' : 'b',
        template: { ...(isA ? a! : b!), name: `copy ${i}` },
      }));
      const given: Honeynet = { ...base, bindings };
      const answers = (honeynet: Honeynet): readonly (string | undefined)[] => {
        const table = new BindingTable(honeynet.bindings);
        return Array.from({ length: 36 }, (_, address) => honeynet.bindings[table.find(address)]?.original);
      };
      expect(answers(compactHoneynet(given))).toEqual(answers(given));
    }),
  );
});
