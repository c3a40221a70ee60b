/** `net.yaml` as people write it: the shipped examples in both languages, and mistakes with their places. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHoneydConfiguration } from '@wormwood/honeynet';
import { describe, expect, it } from 'vitest';
import { checkHoneynetFile, honeynetText } from './honeynet-file.ts';

const examples = join(import.meta.dirname, '..', '..', '..', '..', 'honeynets');
const names = readdirSync(examples)
  .filter((name) => name.endsWith('.conf'))
  .map((name) => name.replace('.conf', ''));

function parsed(name: string) {
  const file = `${name}.conf`;
  const text = readFileSync(join(examples, file), 'utf8');
  return parseHoneydConfiguration({ text, file, readInclude: () => ({ ok: false, reason: '' }) });
}

describe('honeynets/', () => {
  it('holds each example in both languages', () => {
    expect(names.toSorted()).toEqual(['dark-space', 'routed-campus', 'small-office']);
    expect(readdirSync(examples).toSorted()).toEqual(
      names.flatMap((name) => [`${name}.conf`, `${name}.yaml`]).toSorted(),
    );
  });

  it.each(names)('%s says the same in both', (name) => {
    const { honeynet, diagnostics } = parsed(name);
    expect(diagnostics).toEqual([]);
    const text = readFileSync(join(examples, `${name}.yaml`), 'utf8');
    expect(checkHoneynetFile(text, name).honeynet).toEqual(honeynet);
    expect(checkHoneynetFile(honeynetText(honeynet), name).honeynet).toEqual(honeynet);
  });
});

function found(lines: readonly string[]): readonly string[] {
  const check = checkHoneynetFile(['version: 1', ...lines].join('\n'), 'net.yaml');
  return check.diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);
}

const WEB = 'templates: [{name: web}]';

describe('net.yaml', () => {
  it('is what docs/honeynet.md shows', () => {
    const docs = readFileSync(join(examples, '..', 'docs', 'honeynet.md'), 'utf8');
    const [shown] = Array.from(docs.matchAll(/```yaml\n(.*?)```/gs), ([, text]) => text ?? '');
    const check = checkHoneynetFile(shown ?? '', 'docs/honeynet.md');
    expect(check.diagnostics).toEqual([]);
  });

  it('binds IPv6 as honeyd.conf does, and is written as it is read', () => {
    const bindings = [
      '{addresses: 2001:db8:1::/64, template: web}',
      "{addresses: '2001:DB8::0:5', template: web}",
    ];
    const check = checkHoneynetFile(
      `version: 1\n${WEB}\nbindings:\n${bindings.map((line) => `  - ${line}\n`).join('')}`,
      'net.yaml',
    );
    expect(check.diagnostics).toEqual([]);
    expect([...(check.honeynet?.templates.keys() ?? [])]).toEqual(['web', '2001:db8:1::/64', '2001:db8::5']);
    expect(check.honeynet?.ipv6Bindings.map(({ original }) => original)).toEqual(['web', 'web']);
    const again = checkHoneynetFile(honeynetText(check.honeynet!), 'net.yaml');
    expect(again.honeynet).toEqual(check.honeynet);
    expect(found([WEB, 'bindings:', '  - {addresses: 2001:db8::5/64, template: web}'])).toEqual([
      'invalid-addresses 4:17',
    ]);
    expect(found([WEB, 'bindings:', '  - {addresses: ff02::/16, template: web}'])).toEqual([
      'address-of-nobody 4:17',
    ]);
  });

  it('closes what is not said to be open (Honeyd opens every TCP port)', () => {
    const check = checkHoneynetFile(`version: 1\n${WEB}\n`, 'net.yaml');
    expect(check.honeynet?.templates.get('web')?.defaultActions).toEqual({
      tcp: { kind: 'closed' },
      udp: { kind: 'closed' },
      icmp: { kind: 'open', tarpit: false },
    });
  });

  it('adds the way back to a route that has none', () => {
    const check = checkHoneynetFile(
      'version: 1\nrouters: [{address: 10.0.0.1, routes: [{network: 10.1.0.0/16, via: 10.1.0.1, latency: 9ms}]}]\n',
      'net.yaml',
    );
    const back = check.honeynet?.topology.routers[1];
    expect(back?.routes).toEqual([
      {
        network: { address: 0, prefixLength: 0 },
        nextHop: 0x0a000001,
        link: { latencySeconds: 0.009, loss: 0, bandwidth: null, drop: null },
      },
    ]);
  });

  it.each([
    [['template: []'], 'unknown-key 2:1'],
    [[WEB, 'bindings: [{addresses: 10.0.0.1, template: wbe}]'], 'unknown-template 3:44'],
    [[WEB, 'bindings: [{addresses: 10.0.0.1/8, template: web}]'], 'invalid-addresses 3:24'],
    [[WEB, 'bindings: [{addresses: 10.0.0.9-10.0.0.1, template: web}]'], 'invalid-addresses 3:24'],
    [[WEB, 'bindings: [{addresses: 10.0.0.1}, {addresses: 10.0.0.1}]'], 'bound-twice 3:47'],
    [['templates: [{name: a}, {name: a}]'], 'template-exists 2:31'],
    [['templates: [{name: a, ports: [{port: tcp/80, action: opn}]}]'], 'unknown-word 2:54'],
    [['templates: [{name: a, ports: [{port: tcp/70000, action: open}]}]'], 'invalid-port 2:38'],
    [
      ['templates: [{name: a, ports: [{port: tcp/80, action: open}, {port: tcp/80, action: closed}]}]'],
      'port-defined-twice 2:68',
    ],
    [['templates: [{name: a, rules: [{when: {kind: otherwise}, template: a}]}]'], 'dynamic-in-dynamic 2:67'],
    [['templates: [{name: a, process: {user: 0}}]'], 'invalid-number 2:39'],
    [['templates: [{name: a, uptime: soon}]'], 'invalid-duration 2:31'],
    [['entries: [{router: 10.0.0.1}, {router: 10.0.0.2, network: 10.0.0.0/8}]'], 'entry-overlap 2:31'],
    [
      [
        'routers: [{address: 10.0.0.1, routes: [{network: 0.0.0.0/0, via: 10.0.0.2, drop: {from: 9ms, to: 5ms}}]}]',
      ],
      'empty-span 2:82',
    ],
    [[WEB, 'dhcp: [{interface: eth0, template: web}]'], 'dhcp-without-ethernet 3:8'],
  ])('reports what is wrong with %j', (lines, expected) => {
    expect(found(lines)).toEqual([expected]);
  });

  it('names the nearest right spelling', () => {
    const check = checkHoneynetFile(
      `version: 1\n${WEB}\nbindings: [{addresses: 10.0.0.1, template: wbe}]\n`,
      'net.yaml',
    );
    expect(check.diagnostics[0]?.help).toBe('Did you mean `web`?');
  });
});
