// What gives a template away, and what does not: each row is a template with one personality of a kind.
import { describe, expect, it } from 'vitest';
import { COMMON_VENDORS } from '../config/ethernet-address.ts';
import { honeynetOf } from '../honeynet-test-support.ts';
import { PersonalityCatalog } from './catalog.ts';
import { contradictionsOf } from './contradictions.ts';
import { indexFingerprints } from './fingerprint.ts';

const stamps = 'OPS(O1=M5B4ST11NW7%O2=M5B4ST11NW7%O3=M5B4NNT11NW7%O4=M5B4ST11NW7%O5=M5B4ST11NW7%O6=M5B4ST11)';
const catalog = new PersonalityCatalog([
  indexFingerprints(`Fingerprint Windows
Class Microsoft | Windows | XP | general purpose
OPS(O1=M5B4NNS%O2=M5B4NNS%O3=M5B4%O4=M5B4NNS%O5=M5B4NNS%O6=M5B4NNS)

Fingerprint Linux
Class Linux | Linux | 2.6.X | general purpose
SEQ(TS=A)
${stamps}

Fingerprint New Linux
Class Linux | Linux | 6.X | general purpose
SEQ(TS=21)
${stamps}

Fingerprint Router
Class Cisco | IOS | 12.X | router

Fingerprint Either
Class Microsoft | Windows | XP | general purpose
Class Linux | Linux | 2.6.X | general purpose

Fingerprint Silent
Class Linux | Linux | 2.6.X | general purpose
T5(R=N)
U1(R=N)
IE(R=N)

Fingerprint Mac
Class Apple | macOS | 14.X | general purpose
`),
]);

const SCRIPTS: Readonly<Record<string, string>> = {
  'sh iis.sh': '#!/bin/sh\necho "Server: Microsoft-IIS/6.0"\n',
  'sh ssh.sh': '#!/bin/sh\n# not Microsoft-IIS\necho "SSH-2.0-OpenSSH_8.4p1 Debian-5"\n',
  'sh winssh.sh': 'echo SSH-2.0-OpenSSH_for_Windows_8.1\n',
  'sh both.sh': 'case $HONEYD_PERSONALITY in *Windows*) echo Microsoft-IIS;; esac\n',
  'sh mixed.sh': 'echo Microsoft-IIS; echo vsFTPd\n',
  'sh vty.sh': 'echo "User Access Verification"\n',
};

function codes(personality: string, ...statements: readonly string[]): readonly string[] {
  return messages(personality, ...statements).map(([code]) => code);
}

function messages(
  personality: string,
  ...statements: readonly string[]
): readonly (readonly [string, string])[] {
  const honeynet = honeynetOf(
    [
      'create a',
      `set a personality "${personality}"`,
      'set a default tcp action block',
      'set a default udp action block',
      'set a default icmp action block',
      ...statements,
      'bind 10.0.0.1 a',
      'bind 10.0.0.2 a',
    ].join('\n'),
  );
  return contradictionsOf(honeynet, {
    personalityOf: (name) => catalog.find(name)?.personality ?? null,
    vendors: COMMON_VENDORS,
    scriptTextOf: (command) => SCRIPTS[command] ?? null,
  }).map(({ code, message }) => [code, message]);
}

describe('a template', () => {
  it.each([
    ['Linux', 'add a tcp port 135 open', ['port-contradicts-personality']],
    ['Windows', 'add a tcp port 135 open', []],
    ['Either', 'add a tcp port 135 open', []],
    ['Router', 'add a tcp port 5985 open', ['port-contradicts-personality']],
    ['Windows', 'add a tcp port 513 open', ['port-contradicts-personality']],
    // Samba is not a contradiction, nor is a port that refuses.
    ['Linux', 'add a tcp port 445 open', []],
    ['Linux', 'add a tcp port 135 reset', []],
    ['Linux', 'add a udp port 135 open', []],
    ['Linux', 'add a tcp port 80 "sh iis.sh"', ['banner-contradicts-personality']],
    ['Windows', 'add a tcp port 80 "sh iis.sh"', []],
    ['Windows', 'add a tcp port 22 "sh ssh.sh"', ['banner-contradicts-personality']],
    ['Linux', 'add a tcp port 22 "sh ssh.sh"', []],
    ['Router', 'add a tcp port 22 "sh ssh.sh"', []],
    ['Windows', 'add a tcp port 22 "sh winssh.sh"', []],
    ['Linux', 'add a tcp port 22 "sh winssh.sh"', ['banner-contradicts-personality']],
    ['Linux', 'add a tcp port 80 "sh both.sh"', []],
    ['Linux', 'add a tcp port 80 "sh mixed.sh"', []],
    ['Windows', 'add a tcp port 23 "sh vty.sh"', ['banner-contradicts-personality']],
    ['Windows', 'add a tcp port 23 "perl scripts/router-telnet.pl"', ['banner-contradicts-personality']],
    ['Router', 'add a tcp port 23 "perl scripts/router-telnet.pl"', []],
    ['Windows', 'set a ethernet "cisco"', ['ethernet-contradicts-personality']],
    ['Windows', 'set a ethernet "00:00:0c:01:02:03"', ['ethernet-contradicts-personality']],
    ['Windows', 'set a ethernet "dell"', []],
    ['Linux', 'set a ethernet "cisco"', []],
    ['Router', 'set a ethernet "cisco"', []],
    ['Router', 'set a ethernet "linksys"', []],
    ['Router', 'set a ethernet "dell"', ['ethernet-contradicts-personality']],
    ['Router', 'set a ethernet "vmware"', []],
    ['Mac', 'set a ethernet "hewlett"', ['ethernet-contradicts-personality']],
    ['Mac', 'set a ethernet "apple"', []],
    ['Windows', 'set a uptime 3600', ['uptime-contradicts-personality']],
    ['New Linux', 'set a uptime 3600', ['uptime-contradicts-personality']],
    ['Linux', 'set a uptime 3600', []],
    // 2^32 thousandths of a second are 49.7 days.
    ['Linux', 'set a uptime 4300000', ['uptime-contradicts-personality']],
    ['Silent', 'set a default icmp action open', ['silent-personality']],
    ['Silent', 'set a default icmp action block', []],
    ['Linux', 'set a default icmp action open', []],
  ])('of %s with %s', (personality, statement, expected) => {
    expect(codes(personality, statement)).toEqual(expected);
  });

  it('is reported once, however often it is bound, and says what others see', () => {
    expect(messages('Linux', 'set a uptime 4381367', 'add a tcp port 135 open')).toEqual([
      [
        'port-contradicts-personality',
        'Tcp port 135 of "a" is the endpoint mapper of Windows, which "Linux" has not.',
      ],
      [
        'uptime-contradicts-personality',
        'Template "a": "Linux" counts 1000 timestamps a second and begins anew after 49 d 17 h: of 50 d 17 h others see 1 d.',
      ],
    ]);
    expect(
      messages(
        'Silent',
        'set a default icmp action open',
        'set a default tcp action reset',
        'add a udp port 9 reset',
      ),
    ).toEqual([
      [
        'silent-personality',
        'Template "a": "Silent" leaves pings, datagrams to closed ports and SYNs to closed ports without an answer, as its fingerprint has it.',
      ],
    ]);
  });
});
