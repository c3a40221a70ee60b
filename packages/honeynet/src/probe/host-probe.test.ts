// What a stranger sees of hosts whose answers are known: by their configuration, by the fingerprint that they play, by p0f's notation.
import { randomStreams, siphashKeyOf } from '@wormwood/base';
import { plainBehavior, type StackBehavior } from '@wormwood/netstack';
import { describe, expect, it } from 'vitest';
import { honeynetOf, ip } from '../honeynet-test-support.ts';
import type { Template } from '../model.ts';
import { PersonalityCatalog } from '../personality/catalog.ts';
import { indexFingerprints } from '../personality/fingerprint.ts';
import { OWN_PERSONALITIES } from '../personality/own-personalities.ts';
import { playedBehavior } from '../personality/played-behavior.ts';
import { formatP0f } from '../source-system/p0f.ts';
import { type HostView, probeHost } from './host-probe.ts';
import { CLIENT_MSS_BYTES } from './ordinary-client.ts';
import { osMatches } from './os-matches.ts';
import { formatObserved } from './os-tests.ts';

const OWN = indexFingerprints(OWN_PERSONALITIES);
const catalog = new PersonalityCatalog([OWN]);
const SECRET = siphashKeyOf(randomStreams('9').stream('test/secret'));

function behaviorOf({ personality }: Template): StackBehavior {
  const found = personality === null ? null : catalog.find(personality);
  return found === null ? plainBehavior(SECRET) : playedBehavior(found.personality, SECRET);
}

const CONFIGURATION = `
create web
set web personality "Linux 6.1"
set web ethernet "dell"
set web default tcp action reset
set web default udp action reset
set web default icmp action open
add web tcp port 21 tarpit open
add web tcp port 80 open
add web tcp port 8443 open
add web tcp port 443 block
add web udp port 7 internal "echo"
add web udp port 161 open
create shut
set shut default tcp action block
set shut default udp action block
set shut default icmp action block
create lossy
set lossy default tcp action reset
set lossy default udp action reset
set lossy droprate in 20
set lossy uptime 86400
add lossy tcp port 80 open
bind 10.1.0.5 web
bind 10.1.1.5 web
bind 10.1.0.6 shut
bind 10.1.0.7 lossy
route entry 10.1.0.1 network 10.1.0.0/16
route 10.1.0.1 link 10.1.0.0/24
route 10.1.0.1 add net 10.1.1.0/24 10.1.1.1 latency 15ms
route 10.1.1.1 link 10.1.1.0/24
`;

function seen(address: string, seed = '1'): HostView {
  return probeHost({
    honeynet: honeynetOf(CONFIGURATION),
    address: ip(address),
    source: ip('192.0.2.99'),
    streams: randomStreams(seed),
    behaviorOf,
    linkAddressesOf: () => () => 0x00_06_5b_00_00_01,
    minuteOfDay: () => 0,
  });
}

describe('a host of a honeynet', () => {
  it('shows its ports, its clock and its place', () => {
    const { linkAddress, ping, ports, others, handshake, openPort } = seen('10.1.1.5');
    expect(linkAddress).toBe(0x00_06_5b_00_00_01);
    // Two routers each way, 15 ms on the link between them.
    expect(ping?.timeToLive).toBe(62);
    expect(ping?.seconds).toBeCloseTo(0.03, 3);
    expect(ports).toEqual([
      { protocol: 'tcp', port: 21, state: 'open' },
      { protocol: 'tcp', port: 80, state: 'open' },
      { protocol: 'tcp', port: 443, state: 'silent' },
      { protocol: 'tcp', port: 8443, state: 'open' },
      { protocol: 'udp', port: 7, state: 'open' },
      { protocol: 'udp', port: 161, state: 'silent' },
    ]);
    expect(others).toEqual({ tcp: 'closed', udp: 'closed' });
    // A tarpit's SYN/ACK is not that of the personality.
    expect(openPort).toBe(80);
    // As in Linux, each connection begins with another timestamp.
    expect(handshake?.clock).toBe(null);
    expect(formatP0f(handshake!.traits, CLIENT_MSS_BYTES)).toBe(
      '4:62+2:0:1460:mss*45,7:mss,sok,ts,nop,ws:df:0',
    );
  });

  it('is named by nmap whatever stands between, since an ICMP error quotes what has arrived', () => {
    const { observed } = seen('10.1.1.5');
    expect(formatObserved(observed).find((line) => line.startsWith('T1'))).toContain('T=40');
    const [best] = osMatches(observed, [OWN], 3);
    expect(best?.accuracy).toBe(1);
    expect(best?.name).toBe('Linux 6.1');
  });

  it('that is silent shows nothing', () => {
    const { ping, ports, others, handshake, observed } = seen('10.1.0.6');
    expect([ping, ports, handshake]).toEqual([null, [], null]);
    expect(others).toEqual({ tcp: 'silent', udp: 'silent' });
    expect(formatObserved(observed)).toEqual(['U1(R=N)', 'IE(R=N)']);
    expect(seen('10.1.9.9')).toMatchObject({ answersArp: false, ping: null });
  });

  it('that loses packets is asked again', () => {
    const { ping, ports, others, handshake } = seen('10.1.0.7');
    expect(ping).not.toBe(null);
    expect(ports).toEqual([{ protocol: 'tcp', port: 80, state: 'open' }]);
    expect(others).toEqual({ tcp: 'closed', udp: 'closed' });
    expect(handshake?.clock?.ticksPerSecond).toBe(1000);
    // From the first packet on, a minute before at most.
    expect(Math.abs(handshake!.clock!.uptimeSeconds - 86_400)).toBeLessThan(60);
  });

  it('is seen alike by the same seed', () => {
    expect(seen('10.1.0.7', '5')).toEqual(seen('10.1.0.7', '5'));
  });
});
