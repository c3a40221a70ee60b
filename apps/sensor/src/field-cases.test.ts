// Small configurations as people run them, rewritten with neutral names, and what a check says of each.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HoneynetReading, readHoneynet } from './read-honeynet.ts';

let directory: string;

const SCRIPTS: Readonly<Record<string, readonly [text: string, mode: number]>> = {
  'ok.sh': ['#!/bin/sh\necho ready\n', 0o755],
  'noexec.sh': ['#!/bin/sh\necho ready\n', 0o644],
  'noshebang.sh': ['echo ready\n', 0o755],
  'crlf.sh': ['#!/bin/sh\r\necho ready\r\n', 0o755],
  'nowhere.sh': ['#!/opt/none/bin/sh\necho ready\n', 0o755],
  'snmp.sh': ['#!/bin/sh\nread x\necho longer than the question\n', 0o755],
  'only-root/ok.sh': ['#!/bin/sh\necho ready\n', 0o755],
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wormwood-field-'));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'scripts/only-root'), { recursive: true });
  for (const [name, [text, mode]] of Object.entries(SCRIPTS)) {
    writeFileSync(join(directory, 'scripts', name), text);
    chmodSync(join(directory, 'scripts', name), mode);
  }
  chmodSync(join(directory, 'scripts/only-root'), 0o700);
});

afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string, name = 'honeyd.conf', edges = false): HoneynetReading {
  const path = join(directory, name);
  writeFileSync(path, text);
  return readHoneynet(path, edges);
}

/** `severity code line:column` of each diagnostic. */
function found(text: string, name?: string): readonly string[] {
  return read(text, name).diagnostics.map(
    ({ severity, code, line, column }) => `${severity} ${code} ${line}:${column}`,
  );
}

const helpsOf = (text: string) => read(text).diagnostics.map(({ help }) => help);

describe('words as actions', () => {
  const text = `create a
set a default tcp action accept
set a default udp action deny
set a default icmp action drop
add a tcp port 22 opne
add a tcp port 23 scripts/telnet.sh
bind 10.9.0.5 a
`;

  it('are reported each, with the action that is meant', () => {
    expect(found(text).filter((each) => each.includes('bare'))).toEqual([
      'warning bare-command 2:26',
      'warning bare-command 3:26',
      'warning bare-command 4:27',
      'warning bare-command 5:19',
      'warning bare-command 6:19',
    ]);
    const meant = helpsOf(text).map((help) => /Did you mean "(.*?)"/.exec(help)?.[1]);
    expect(meant.filter((each) => each !== undefined)).toEqual(['open', 'block', 'block', 'open']);
  });

  it('for ICMP answer, as in Honeyd, and it is said', () => {
    expect(found('create s\nset s default icmp action allow\nbind 10.9.0.2 s\n')).toEqual([
      'warning bare-command 2:27',
      'warning icmp-service 2:27',
    ]);
  });
});

describe('commands', () => {
  const command = (words: string): string =>
    `create t\nset t default tcp action reset\nadd t tcp port 21 ${words}\nset t uid 32767 gid 32767\nbind 10.9.0.5 t\n`;

  it.each([
    ['"scripts/ok.sh"', []],
    ['"sh scripts/noexec.sh"', []],
    ['"true"', []],
    ['"scripts/snmp.sh"', []],
    ['"scripts/noexec.sh"', ['not-executable']],
    ['"ok.sh"', ['no-such-program']],
    ['"scripts/noshebang.sh"', ['no-interpreter']],
    ['"scripts/nowhere.sh"', ['no-interpreter']],
    ['"scripts/crlf.sh"', ['carriage-return']],
    ['"sh scripts/only-root/ok.sh"', ['not-readable']],
    ['"scripts/only-root/ok.sh"', ['not-readable']],
    ['"/usr/bin/perl scripts/missing.pl"', ['no-such-program']],
    ['"RATE=10 SIZE=5 sh scripts/ok.sh"', ['needs-shell']],
    ['"sh scripts/ok.sh > /tmp/x.log"', ['needs-shell']],
    [`"sh -c 'echo quoted words; read x'"`, ['needs-shell']],
    ['"sh scripts/ok.sh $ipsrc $dport $date"', []],
    [
      '"sh scripts/ok.sh $ip $srcip ${ipsrc} $HONEYD_IP_SRC"',
      ['unknown-variable', 'unknown-variable', 'unknown-variable', 'unknown-variable'],
    ],
    ['internal "worker scripts/noexec.sh"', ['not-executable']],
  ])('%s', (words, codes) => {
    expect(found(command(words))).toEqual(codes.map((code) => `warning ${code} 3:19`));
  });

  it('say what to write instead', () => {
    expect(helpsOf(command('"scripts/noexec.sh"'))).toEqual([
      'chmod +x scripts/noexec.sh, or write sh scripts/noexec.sh.',
    ]);
    expect(helpsOf(command('"sh scripts/ok.sh $srcip"'))[0]).toContain('Did you mean $ipsrc?');
  });
});

describe('addresses', () => {
  it('that no host has are errors; the edges of a network a note, with a switch', () => {
    const text = `create a
bind 0.0.0.0 a
bind 255.255.255.255 a
bind 224.0.0.5 a
bind 127.0.0.1 a
bind 10.9.0.0/24 a
bind 169.254.1.1 a
`;
    const at = [2, 3, 4, 5].map((line) => `error address-of-nobody ${line}:6`);
    expect(found(text)).toEqual([...at, 'note network-edges 6:6']);
    expect(read(text, undefined, true).diagnostics).toHaveLength(4);
  });

  it('of Ethernet that two hosts share are reported, in a range too', () => {
    const text = `create a
set a ethernet "00:06:5b:00:00:01"
bind 10.9.0.5 a
bind 10.9.0.6 a
bind 10.9.0.16/28 a
`;
    expect(found(text)).toEqual(['warning shared-ethernet 2:16', 'note network-edges 5:6']);
    expect(read(text).diagnostics[0]?.message).toContain('16 hosts');
    expect(read(text).diagnostics[0]?.message).toContain('10.9.0.17 to 10.9.0.30');
    expect(read(text, undefined, true).diagnostics[0]?.message).toContain('18 hosts');
    expect(found('create a\nset a ethernet "dell"\nbind 10.9.0.16-10.9.0.31 a\n')).toEqual([]);
    expect(found('create a\nset a ethernet "00:06:5b:00:00:01"\nbind 10.9.0.5 a\n')).toEqual([]);
  });

  it('of Ethernet that no host has are errors where they stand', () => {
    const text = 'create a\nset a ethernet "01:00:5e:00:00:01"\nbind 10.9.0.5 a\n';
    expect(found(text)).toEqual(['error ethernet-of-nobody 2:16']);
    expect(found('create a\ndhcp a on eth0 ethernet "ff:ff:ff:ff:ff:ff"\n')).toEqual([
      'error ethernet-of-nobody 2:25',
    ]);
  });
});

describe('quotes', () => {
  it('that are not closed are reported where they open, and what follows is checked', () => {
    const text = `create a
add a tcp port 80 "sh web.sh
add a tcp port 81 open
set a personality "Linux 2.6.18"
bind 10.9.0.5 a
create b
bind 10.9.0.6 c
`;
    expect(found(text)).toEqual([
      'error unclosed-quote 2:19',
      // The command is the rest of its line.
      'warning no-such-program 2:19',
      'error unknown-template 7:15',
    ]);
    expect(read(text).draft?.bindings).toHaveLength(1);
    expect(found('create a\nset a personality "Linux\n')).toEqual(['error unclosed-quote 2:19']);
  });

  it('may still hold several lines', () => {
    expect(read('create a\nset a personality "Linux\n2.6"\nbind 10.9.0.5 a\n').diagnostics).toEqual([]);
  });

  it('of a word processor are named, and a binding without a template is reported on its line', () => {
    const text = `create pot
set pot personality \u201cLinux 2.6.18\u201d
add pot tcp port 110 \u201ctrue\u201d
bind 10.9.0.1

create other
set other default tcp action reset
bind 10.9.0.2 other
`;
    expect(found(text)).toEqual([
      'error typographic-quotes 2:21',
      'error typographic-quotes 3:22',
      'error template-expected 4:14',
    ]);
  });
});

it('a byte order mark is read as if it were not there, in both languages', () => {
  const text =
    '\ufeffcreate template\nset template default tcp action reset\nbind 10.0.0.1 template\nbind 10.0.0.2 tmplate\n';
  expect(found(text)).toEqual(['error unknown-template 4:15']);
  expect(
    found(
      '\ufeffversion: 1\ntemplates: [{name: web}]\nbindings: [{addresses: 10.0.0.1, template: web}]\n',
      'net.yaml',
    ),
  ).toEqual([]);
});

it('errors hide no warnings', () => {
  const text = `create a
set a ethernet "00:06:5b:00:00:01"
set a uid 32767
set a ethernett "x"
bind 10.9.0.5-10.9.0.6 a
`;
  expect(found(text)).toEqual([
    'warning shared-ethernet 2:16',
    'note user-without-effect 3:11',
    'error unexpected-word 4:7',
  ]);
});

it('what is bound to nothing, leads back to its source, or has no effect is reported once', () => {
  const text = `create ldap
set ldap default tcp action reset
add ldap udp port 137 proxy $ipsrc:137
add ldap tcp port 445 proxy $ipsrc:445
set ldap uid 32767 gid 32767
`;
  expect(found(text)).toEqual([
    'warning nothing-bound 1:1',
    'warning proxy-to-source 3:23',
    'warning proxy-to-source 4:23',
    'note user-without-effect 5:14',
  ]);
  expect(read(text).diagnostics[2]?.message).toContain('tcp port 445');
  // Once, however many hosts there are.
  expect(found(`${text}bind 10.0.0.1 ldap\nbind 10.0.0.2 ldap\n`)).toHaveLength(3);
});

it('a note behind a statement, and a second action for a port, are reported where they stand', () => {
  const text = `create pot
add pot tcp port 135 open
add pot tcp port 135 closed
bind 10.9.0.115 pot <= new
`;
  expect(found(text)).toEqual(['warning port-defined-twice 3:9', 'error unknown-statement 4:21']);
});

it('a proxy to an address that no machine has is reported', () => {
  const text =
    'create p\nadd p tcp port 502 proxy 0.0.0.0:502\nadd p tcp port 503 proxy 127.0.0.1:503\nbind 10.9.0.5 p\n';
  expect(found(text)).toEqual(['warning proxy-to-nobody 2:20']);
});

describe('net.yaml', () => {
  it('is checked as honeyd.conf is', () => {
    const text = `version: 1
templates:
  - name: a
    ethernet: 00:06:5b:00:00:01
    process: {user: 32767}
    ports:
      - {port: tcp/25, action: {kind: proxy, host: $ipsrc, port: "25"}}
bindings:
  - {addresses: 10.9.0.0/24, template: a}
`;
    expect(found(text, 'net.yaml')).toEqual([
      'warning shared-ethernet 4:15',
      'note user-without-effect 5:14',
      'warning proxy-to-source 7:32',
      'note network-edges 9:17',
    ]);
  });

  it('reports all its mistakes in one pass, whatever else is wrong', () => {
    const text = `version: 1
templates:
  - {name: a, dropIncoming: 500%, colour: red}
  - {name: b, ethernet: "01:00:5e:00:00:01", ports: [{port: tcp/99999, action: open}, {port: tcp/80, action: {kind: script, command: nowhere/at/all}}]}
bindings:
  - {addresses: 10.0.0.300, template: a}
  - {addresses: 127.0.0.1, template: b}
  - {addresses: 10.0.0.2, template: c}
`;
    expect(found(text, 'net.yaml')).toEqual([
      'error invalid-fraction 3:29',
      'error unknown-key 3:35',
      'error ethernet-of-nobody 4:25',
      'error invalid-port 4:61',
      'warning no-such-program 4:110',
      'error invalid-addresses 6:17',
      'error address-of-nobody 7:17',
      'error unknown-template 8:37',
    ]);
  });
});
