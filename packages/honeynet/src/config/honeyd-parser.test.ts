import { formatIpv4 } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import { KEYWORDS } from './honeyd-lexer.ts';
import { type ConfigurationResult, parseHoneydConfiguration } from './honeyd-parser.ts';

const noIncludes = { readInclude: (name: string) => ({ ok: false, reason: `No file ${name}.` }) as const };

function parse(text: string, includes: Readonly<Record<string, string>> = {}): ConfigurationResult {
  const readInclude = (name: string) => {
    const value = includes[name];
    return value === undefined ? noIncludes.readInclude(name) : ({ ok: true, value } as const);
  };
  return parseHoneydConfiguration({ text, file: 'test.conf', readInclude });
}

/** Reads a configuration that must be free of errors. */
function good(text: string, includes?: Readonly<Record<string, string>>) {
  const { honeynet, diagnostics } = parse(text, includes);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return honeynet;
}

const found = (text: string) =>
  parse(text).diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`);

/** Every statement of the grammar at least once, both spellings. */
const WHOLE_LANGUAGE = `
create windows
create default
set default default tcp action block
set default default udp action filtered
set windows personality "Microsoft Windows XP SP1"
set windows default tcp action reset
set windows default udp action closed
set windows default icmp action open
set windows ethernet "dell"
set windows uptime 1728650
set windows droprate in 5
set windows droprate syn 0.25
set windows maxfds 35
set windows uid 32767 gid 32767
set windows spoof from 10.9.0.1 to 10.9.0.2
add windows tcp port 80 "sh scripts/web.sh $ipsrc $dport"
add windows tcp port 22 scripts/ssh.sh
add windows tcp port 23 tarpit "sh telnet.sh"
add windows tcp port 25 tarpit open
add windows tcp port 110 proxy 10.1.1.1:110
add windows tcp port 143 proxy $ipsrc:$dport
add windows tcp port 445 internal "smb.autofail"
add windows udp port 53 open
add windows udp port 135 reset
add windows subsystem "/usr/sbin/httpd" shared restart
delete windows tcp port 22
create router
set router personality random
clone linux windows
set linux personality "Linux 2.6.32"
dynamic magic
add magic use windows if source os = "Windows"
add magic use linux if source ip = 192.168.0.0/16
add magic use router if time between 12:00am - 5:30pm
add magic use linux if tcp
add magic otherwise use windows
bind 10.3.0.1 router
bind 10.3.1.1 windows
bind 10.3.1.2 magic
bind time between "22:00:00" - "06:00:00 AM" 10.3.1.3 linux
bind otherwise 10.3.1.3 windows
bind 10.3.2.9 to eth0
bind 10.4.0.0/16 linux
bind 10.5.0.1-10.5.0.9 linux
set 10.3.1.1 uptime 99
delete 10.3.0.1
dhcp windows on eth0 ethernet "00:11:22:33:44:55"
annotate "Linux 2.6.32" no finscan
annotate "Linux 2.6.32" finscan
annotate random fragment new
route entry 10.3.0.1 network 10.3.0.0/16
route 10.3.0.1 link 10.3.0.0/24
route 10.3.0.1 add net 10.3.1.0/24 10.3.1.1 latency 8ms loss 0.5 bandwidth 56 Kbps
route 10.3.0.1 add net 10.3.2.0/24 10.3.2.1 bandwidth 10Mbps drop between 20ms-50ms
route 10.3.0.1 add net 172.16.0.0/12 tunnel 192.0.2.1 192.0.2.2
route 10.3.0.1 unreach 10.3.3.0/24
option honeycomb enable 1
option honeycomb path /tmp
broadcast windows srcport 138 dstport 138 time 60 "scripts/browse.sh"
delete router
`;

describe('honeyd.conf', () => {
  it('reads every statement of the language without an error', () => {
    const honeynet = good(WHOLE_LANGUAGE);
    const windows = honeynet.templates.get('windows');
    expect(windows).toMatchObject({
      personality: 'Microsoft Windows XP SP1',
      ethernet: 'dell',
      uptimeSeconds: 1728650,
      dropIncoming: 0.05,
      dropSyn: 0.0025,
      spoof: { fromAddress: ip('10.9.0.1'), toAddress: ip('10.9.0.2') },
      process: { openFilesMax: 35, userId: 32767, groupId: 32767 },
      defaultActions: {
        tcp: { kind: 'closed' },
        udp: { kind: 'closed' },
        icmp: { kind: 'open', tarpit: false },
      },
      subsystems: [{ command: '/usr/sbin/httpd', shared: true, restart: true }],
    });
    expect(windows?.ports.map(({ protocol, port, action }) => [protocol, port, action])).toEqual([
      ['tcp', 80, { kind: 'script', command: 'sh scripts/web.sh $ipsrc $dport', tarpit: false }],
      ['tcp', 23, { kind: 'script', command: 'sh telnet.sh', tarpit: true }],
      ['tcp', 25, { kind: 'open', tarpit: true }],
      ['tcp', 110, { kind: 'proxy', host: '10.1.1.1', port: '110', tarpit: false }],
      ['tcp', 143, { kind: 'proxy', host: '$ipsrc', port: '$dport', tarpit: false }],
      ['tcp', 445, { kind: 'internal', service: 'smb.autofail', tarpit: false }],
      ['udp', 53, { kind: 'open', tarpit: false }],
      ['udp', 135, { kind: 'closed' }],
    ]);
    expect(honeynet.defaultTemplate?.defaultActions.tcp).toEqual({ kind: 'filtered' });
    expect(honeynet.annotations).toEqual([
      { kind: 'fin-scan', personality: 'Linux 2.6.32', allowed: false },
      { kind: 'fin-scan', personality: 'Linux 2.6.32', allowed: true },
      { kind: 'fragments', personality: 'random', policy: 'new' },
    ]);
    expect(honeynet.options[1]).toEqual({ plugin: 'honeycomb', key: 'path', value: '/tmp' });
    expect(honeynet.externals).toEqual([{ address: ip('10.3.2.9'), interfaceName: 'eth0' }]);
    expect(honeynet.dhcpClients).toMatchObject([
      { interfaceName: 'eth0', template: { ethernet: '00:11:22:33:44:55' } },
    ]);
  });

  it('binds addresses, networks and ranges', () => {
    const bindings = good(WHOLE_LANGUAGE).bindings.map(
      ({ first, last, template }) => `${formatIpv4(first)}-${formatIpv4(last)} ${template.personality}`,
    );
    expect(bindings).toEqual([
      '10.3.1.1-10.3.1.1 Microsoft Windows XP SP1',
      '10.3.1.2-10.3.1.2 null',
      '10.3.1.3-10.3.1.3 null',
      '10.4.0.0-10.4.255.255 Linux 2.6.32',
      '10.5.0.1-10.5.0.9 Linux 2.6.32',
    ]);
  });

  it('reads conditions of dynamic templates, times of day included', () => {
    const honeynet = good(WHOLE_LANGUAGE);
    expect(honeynet.templates.get('magic')?.dynamic?.map(({ condition }) => condition)).toEqual([
      { kind: 'source-os', name: 'Windows' },
      { kind: 'source-ip', first: ip('192.168.0.0'), last: ip('192.168.255.255') },
      { kind: 'time', fromMinute: 0, toMinute: 17 * 60 + 30 },
      { kind: 'protocol', protocol: 'tcp' },
      { kind: 'otherwise' },
    ]);
    expect(honeynet.templates.get('10.3.1.3')?.dynamic?.map(({ condition }) => condition)).toEqual([
      { kind: 'time', fromMinute: 22 * 60, toMinute: 6 * 60 },
      { kind: 'otherwise' },
    ]);
  });

  it('reads the topology, with the way back that Honeyd adds', () => {
    const { entries, routers } = good(WHOLE_LANGUAGE).topology;
    expect(entries).toEqual([
      { router: ip('10.3.0.1'), network: { address: ip('10.3.0.0'), prefixLength: 16 } },
    ]);
    const entry = routers.find(({ address }) => address === ip('10.3.0.1'));
    expect(entry?.routes.map(({ link }) => link)).toEqual([
      { latencySeconds: 0.008, loss: 0.005, bandwidth: 56_000, drop: null },
      { latencySeconds: 0.003, loss: 0, bandwidth: 10e6, drop: { fromSeconds: 0.02, toSeconds: 0.05 } },
    ]);
    expect(entry?.tunnels).toHaveLength(1);
    expect(entry?.unreachable).toEqual([{ address: ip('10.3.3.0'), prefixLength: 24 }]);
    const behind = routers.find(({ address }) => address === ip('10.3.1.1'));
    expect(behind?.routes).toMatchObject([
      { network: { address: 0, prefixLength: 0 }, nextHop: ip('10.3.0.1') },
    ]);
  });

  it('copies a template when it is bound or cloned, so that later changes stay with the original', () => {
    const honeynet = good('create a\nbind 10.0.0.1 a\nclone b a\nset a uptime 5\nset 10.0.0.1 uptime 7\n');
    expect(['a', '10.0.0.1', 'b'].map((name) => honeynet.templates.get(name)?.uptimeSeconds)).toEqual([
      5,
      7,
      null,
    ]);
    expect(honeynet.bindings[0]?.template.uptimeSeconds).toBe(7);
  });

  it('lets the last definition of a port hold and warns (Honeyd kept the first)', () => {
    const { honeynet, diagnostics } = parse('create a\nadd a tcp port 80 open\nadd a tcp port 80 block\n');
    expect(honeynet.templates.get('a')?.ports).toEqual([
      { protocol: 'tcp', port: 80, action: { kind: 'filtered' } },
    ]);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'port-defined-twice', line: 3 }]);
  });

  it('reads included files in their place and ends a file that includes itself', () => {
    expect(good('include "a.conf"\nbind 10.0.0.1 a\n', { 'a.conf': 'create a' }).bindings).toHaveLength(1);
    const loop = parse('include loop.conf', { 'loop.conf': 'include loop.conf' });
    expect(loop.diagnostics).toMatchObject([{ code: 'too-many-includes', file: 'loop.conf' }]);
    expect(found('include missing.conf')).toEqual(['include-unreadable 1:9']);
  });

  it.each([
    ['crate a', 'unknown-statement 1:1'],
    ['create open', 'keyword-as-name 1:8'],
    ['create a\ncreate a', 'template-exists 2:8'],
    ['set nobody uptime 1', 'unknown-template 1:5'],
    ['create a\nset a uptme 1', 'unexpected-word 2:7'],
    ['create a\nset a uid 0', 'number-out-of-range 2:11'],
    ['create a\nset a droprate in 101', 'number-out-of-range 2:19'],
    ['create a\nadd a tcp port 70000 open', 'number-out-of-range 2:16'],
    ['create a\nadd a tcp port 80 tarpit block', 'tarpit-without-answer 2:26'],
    ['create a\nadd a tcp port 80', 'action-expected 2:18'],
    ['create a\nset a personality Linux', 'string-expected 2:19'],
    ['create a\nadd a use a if tcp', 'not-dynamic 2:5'],
    ['route entry 10.0.0.1 network 10.0.0.0/33', 'bad-mask 1:30'],
    ['route entry 10.0.0.300', 'bad-address 1:13'],
    ['route 10.0.0.1 link 10.0.0.1/24', 'bits-beyond-mask 1:21'],
    ['route entry 10.0.0.1\nroute entry 10.0.0.2 network 10.0.0.0/8', 'entry-overlap 2:13'],
    ['create a\nbind "www.example.org" a', 'host-name 2:6'],
    ['create a\ndhcp a on eth0', 'dhcp-without-ethernet 2:11'],
    ['list template', 'console-statement 1:1'],
    ['create a\nset a personality "Linux', 'unclosed-quote 2:19'],
    ['create a\ndelete a tcp port 80', 'no-such-port 2:10'],
    ['dynamic a\nadd a otherwise if a', 'unexpected-word 2:17'],
    ['create a\nbind b', 'address-expected 2:6'],
    ['create a\nbind 10.0.0.1 a\nbind 10.0.0.1 a', 'bound-twice 3:6'],
    ['create a\nbind 10.0.0.9-10.0.0.1 a', 'empty-range 2:15'],
    ['bind 10.0.0.1 "a"', 'template-expected 1:15'],
    ['create a\nbind 10.0.0.1 to 5', 'interface-expected 2:18'],
    ['dynamic d\ndynamic e\nadd e use d if tcp', 'dynamic-in-dynamic 3:11'],
    ['create a\ndynamic d\nadd d use a if time between "25:00" - "1:00"', 'bad-time 3:29'],
    ['create a\ndynamic d\nadd d use a if time between 13:00pm - 1:00am', 'bad-time 3:29'],
    ['create a\nset a personality ""', 'empty-string 2:19'],
    ['include 5', 'file-expected 1:9'],
    ['create 5', 'name-expected 1:8'],
    ['create a\nclone 5 a', 'name-expected 2:7'],
    ['route entry 10.0.0.1 network 10.0.0.0', 'network-expected 1:30'],
    ['create a\nset a uptime x', 'number-expected 2:14'],
    ['create a\nadd a tcp port 80 proxy 5:1', 'proxy-host 2:25'],
    ['create a\nadd a tcp port 80 proxy 10.0.0.1', 'proxy-port 2:33'],
    ['route 10.0.0.1 add net 10.0.1.0/24 10.0.1.1 drop between 5ms - 5ms', 'empty-span 1:58'],
    ['option a b §', 'value-expected 1:12'],
    ['option 5 b c', 'word-expected 1:8'],
    ['option a 5 c', 'word-expected 1:10'],
  ])('reports what is wrong with %j', (text, expected) => {
    expect(found(`${text}\n`)).toEqual([expected]);
  });

  it('names the nearest right spelling', () => {
    expect(parse('crate a').diagnostics[0]?.help).toContain('Did you mean "create"?');
    expect(parse('create windows\nbind 10.0.0.1 windws').diagnostics[0]?.help).toBe(
      'Did you mean "windows"?',
    );
  });

  it('reports all problems at once', () => {
    expect(found('crate a\ncreate open\nset x uptime 1\nroute entry 10.0.0.256\n')).toEqual([
      'unknown-statement 1:1',
      'keyword-as-name 2:8',
      'unknown-template 3:5',
      'bad-address 4:13',
    ]);
  });

  it('never throws and always ends, whatever stands in the file', () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...KEYWORDS,
        '"a b"',
        '10.0.0.1',
        '10.0.0.0/8',
        '80',
        '5ms',
        ':',
        '=',
        '-',
        '#',
        '\n',
        '"',
        'a',
        '$x',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.constantFrom(' ', '\n', ''), (words, glue) => {
        const { diagnostics } = parse(words.join(glue));
        for (const { line, column, length, message } of diagnostics) {
          expect(Math.min(line, column, length)).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads 65,536 bindings in one go, sharing what they have in common', () => {
    const lines = Array.from({ length: 65_536 }, (_, i) => `bind 10.7.${i >> 8}.${i & 255} a`);
    const honeynet = good(`create a\nadd a tcp port 80 open\n${lines.join('\n')}\n`);
    expect(honeynet.bindings).toHaveLength(65_536);
    expect(honeynet.bindings[0]?.template.ports).toBe(honeynet.bindings[9]?.template.ports);
  });

  it.each(['1', '80', '65535', '$dport'])('a proxy may lead to port %s', (port) => {
    expect(found(`create a\nadd a tcp port 1 proxy 10.0.0.1:${port}`)).toEqual([]);
  });

  it.each(['65536', '1.5'])('a proxy may not lead to port %s', (port) => {
    expect(found(`create a\nadd a tcp port 1 proxy 10.0.0.1:${port}`)).toContain('proxy-port 2:33');
  });

  it('keeps the options of plug-ins, words and numbers alike', () => {
    const { options } = good('option p a word\noption p b 5\noption p c "two words"\noption p d /x');
    expect(options.map(({ key, value }) => [key, value])).toEqual([
      ['a', 'word'],
      ['b', '5'],
      ['c', 'two words'],
      ['d', '/x'],
    ]);
  });

  it('says what is missing where the file ends', () => {
    const message = (text: string) => parse(text).diagnostics.map((each) => each.message)[0];
    expect(message('create')).toBe('The file ends where a name is expected.');
    expect(message('bind')).toBe('The file ends where the address to bind is expected.');
    expect(message('create a\nset a personality ""')).toBe('A personality is empty.');
  });

  it('distinguishes a word in the wrong place from what is not a word', () => {
    const message = (text: string) => parse(text).diagnostics.map((each) => each.message)[0];
    expect(message('open')).toBe('"open" begins no statement.');
    expect(message('§')).toBe('"§" is not a word of the language.');
  });
});
