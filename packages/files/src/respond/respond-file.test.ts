import { describe, expect, it } from 'vitest';
import { checkRespondFile } from './respond-file.ts';

const FILE = `
version: 1
sensor: dmz-1
ownAddresses: [10.20.0.2]
actuators:
  - {kind: nftables, name: border-firewall, table: wormwood, set: infected}
  - {kind: command, name: nac, program: /usr/local/sbin/nac, arguments: [--vlan, "99"]}
  - {kind: feed, name: perimeter}
deliveries:
  - {kind: webhook, name: chat, url: "https://chat.example.org/hooks/abc", preset: slack, digest: 5min}
  - {kind: syslog, name: collector, host: logs.example.org, events: [response.done, response.fail]}
  - {kind: mail, name: people, from: wormwood@example.org, to: [noc@example.org]}
`;

describe('respond.yaml', () => {
  it('reports every mistake at once, of every kind, in what could be read', () => {
    const wrong = FILE.replace('name: nac', 'name: border-firewall, colour: red')
      .replace('kind: feed', 'kind: fed, colour: blue')
      .replace('name: people', 'name: chat')
      .replace('digest: 5min', 'digest: 5');
    const check = checkRespondFile(wrong, 'respond.yaml');
    expect(check.ok ? [] : check.diagnostics.map(({ code, line }) => `${code} ${line}`)).toEqual([
      'duplicate-name 7',
      'unknown-key 7',
      'unknown-kind 8',
      'unknown-key 8',
      'invalid-duration 10',
      'duplicate-name 12',
    ]);
  });

  it('is read as it is meant', () => {
    expect(checkRespondFile(FILE, 'respond.yaml')).toEqual({
      ok: true,
      file: {
        version: 1,
        sensor: 'dmz-1',
        ownPrefixes: [{ address: 0x0a14_0002, prefixLength: 32 }],
        actuators: [
          { kind: 'nftables', name: 'border-firewall', family: 'inet', table: 'wormwood', set: 'infected' },
          { kind: 'command', name: 'nac', program: '/usr/local/sbin/nac', arguments: ['--vlan', '99'] },
          { kind: 'feed', name: 'perimeter' },
        ],
        deliveries: [
          {
            kind: 'webhook',
            name: 'chat',
            events: [],
            digestSeconds: 300,
            url: 'https://chat.example.org/hooks/abc',
            preset: 'slack',
          },
          {
            kind: 'syslog',
            name: 'collector',
            events: ['response.done', 'response.fail'],
            digestSeconds: 0,
            host: 'logs.example.org',
            port: 601,
          },
          {
            kind: 'mail',
            name: 'people',
            events: [],
            digestSeconds: 0,
            from: 'wormwood@example.org',
            to: ['noc@example.org'],
            program: '/usr/sbin/sendmail',
          },
        ],
      },
    });
  });

  it.each([
    ['set: infected', 'set: "infected; flush ruleset"', 'invalid-name', 'actuators.0.set'],
    ['program: /usr/local/sbin/nac', 'program: nac', 'invalid-name', 'actuators.1.program'],
    ['name: perimeter', 'name: ../x', 'invalid-name', 'actuators.2.name'],
    ['name: perimeter', 'name: nac', 'duplicate-name', 'actuators.2.name'],
    ['kind: feed', 'kind: fed', 'unknown-kind', 'actuators.2.kind'],
    ['response.done', 'response.don', 'unknown-event', 'deliveries.1.events.0'],
    ['https://chat', 'file://chat', 'invalid-name', 'deliveries.0.url'],
    ['[noc@example.org]', '["x@example.org\\nBcc: y@example.org"]', 'invalid-name', 'deliveries.2.to.0'],
    ['name: people', 'name: chat', 'duplicate-name', 'deliveries.2.name'],
    ['host: logs.example.org', 'host: logs.example.org, port: 65536', 'invalid-port', 'deliveries.1.port'],
    ['10.20.0.2', '10.20.0.2/8', 'invalid-prefix', 'ownAddresses.0'],
  ])('with %s changed to %s is refused', (before, after, code, path) => {
    const check = checkRespondFile(FILE.replace(before, after), 'respond.yaml');
    expect(check).toMatchObject({ ok: false, diagnostics: [{ code, path }] });
  });
});
