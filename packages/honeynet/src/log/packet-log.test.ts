import { existsSync, readFileSync } from 'node:fs';
import { VirtualClock } from '@wormwood/base';
import type { Flow } from '@wormwood/netstack';
import { describe, expect, it } from 'vitest';
import { ip } from '../honeynet-test-support.ts';
import { formatHoneydTime } from './honeyd-time.ts';
import { PacketLog } from './packet-log.ts';
import { serviceLogLine } from './service-log.ts';

const PROTOCOLS = '/etc/protocols';

const flow = (remote: string, remotePort: number, local: string, localPort: number): Flow => ({
  remoteAddress: ip(remote),
  remotePort,
  localAddress: ip(local),
  localPort,
});
/** `Date.parse` keeps milliseconds only. */
const at = (text: string): number =>
  Date.parse(`${text.slice(0, 19)}Z`) / 1000 + Number(`0${text.slice(19, -1)}`);

function log(start: string, system: string | null = null) {
  const lines: string[] = [];
  const clock = new VirtualClock(at(start));
  const packetLog = new PacketLog({
    clock,
    offsetSeconds: () => 0,
    sourceSystem: () => system,
    write: (line) => lines.push(line),
  });
  return { packetLog, lines, clock };
}

// The lines were written by Honeyd 1.6d, but for those that its FAQ shows.
describe("Honeyd's packet log", () => {
  it('frames a run', () => {
    const { packetLog, lines } = log('2026-11-23T04:05:20.8380Z');
    packetLog.started();
    packetLog.stopped();
    expect(lines).toEqual([
      '2026-11-23-04:05:20.8380 honeyd log started ------\n',
      '2026-11-23-04:05:20.8380 honeyd log stopped ------\n',
    ]);
  });

  it('shows an echo request', () => {
    const { packetLog, lines } = log('2026-11-23T04:05:20.8849Z');
    packetLog.icmp(ip('10.9.8.2'), ip('10.3.2.5'), 8, 0, 84);
    expect(lines).toEqual(['2026-11-23-04:05:20.8849 icmp(1) - 10.9.8.2 10.3.2.5: 8(0): 84\n']);
  });

  it('shows where a connection begins and ends', () => {
    const { packetLog, lines, clock } = log('2026-11-23T04:05:24.9093Z');
    const web = flow('10.9.8.2', 48_185, '10.3.2.5', 80);
    packetLog.tcpProbe(web, 2, 60, true);
    packetLog.flowOpen();
    clock.advanceTo(at('2026-11-23T04:05:24.9978Z'));
    packetLog.flowClose(web, 0, 0);
    expect(lines).toEqual([
      '2026-11-23-04:05:24.9093 tcp(6) S 10.9.8.2 48185 10.3.2.5 80\n',
      '2026-11-23-04:05:24.9978 tcp(6) E 10.9.8.2 48185 10.3.2.5 80: 0 0\n',
    ]);
  });

  it('names protocols as /etc/protocols does, as far as it names them', ({ skip }) => {
    if (!existsSync(PROTOCOLS) && process.env['WORMWOOD_REQUIRE_ALL'] !== '1')
      skip(`there is no ${PROTOCOLS}`);
    const named = new Map<string, readonly string[]>();
    for (const line of readFileSync(PROTOCOLS, 'utf8').split('\n')) {
      const [, name = '', number = ''] = /^([\w.+-]+)\s+(\d+)\s/.exec(line) ?? [];
      if (name !== '') named.set(number, [...(named.get(number) ?? []), name]);
    }
    const { packetLog, lines } = log('2026-11-23T04:05:30.0950Z');
    for (let number = 0; number < 256; number++) packetLog.other(ip('10.9.8.2'), ip('10.3.0.69'), number, 52);
    const shown = lines.map((line) => /^\S+ ([^(]+)\((\d+)\) /.exec(line)!.slice(1));
    expect(shown.map(([, number]) => number)).toEqual(lines.map((_, number) => String(number)));
    const known = shown.filter(([name]) => name !== 'unkn');
    expect(known).toHaveLength(17);
    expect(known.filter(([name = '', number = '']) => !(named.get(number) ?? []).includes(name))).toEqual([]);
  });

  it('shows what belongs to no connection', () => {
    const { packetLog, lines } = log('2026-11-23T04:05:30.0950Z');
    packetLog.tcpProbe(flow('10.9.8.2', 40_909, '10.3.0.67', 81), 2, 44, false);
    packetLog.udpProbe(flow('10.9.8.2', 56_530, '10.3.0.69', 9), 28);
    packetLog.other(ip('10.9.8.2'), ip('10.3.0.69'), 132, 52);
    packetLog.other(ip('10.9.8.2'), ip('10.3.0.69'), 201, 52);
    expect(lines.map((line) => line.slice(25))).toEqual([
      'tcp(6) - 10.9.8.2 40909 10.3.0.67 81: 44 S\n',
      'udp(17) - 10.9.8.2 56530 10.3.0.69 9: 28\n',
      'sctp(132) - 10.9.8.2 10.3.0.69: 52\n',
      'unkn(201) - 10.9.8.2 10.3.0.69: 52\n',
    ]);
  });

  it('names the system of the source, and remarks on scanners', () => {
    const mac = log('2004-01-07T14:36:58.7132Z', 'MacOS 8.0-8.6 OTTCP');
    mac.packetLog.tcpProbe(flow('252.214.169.203', 2064, '192.168.27.180', 21), 2, 48, false);
    const linux = log('2004-01-07T16:48:30.1212Z', 'Linux 2.6 ');
    linux.packetLog.tcpProbe(flow('192.168.21.135', 33_395, '172.162.8.91', 80), 2, 60, true);
    expect([...mac.lines, ...linux.lines]).toEqual([
      '2004-01-07-14:36:58.7132 tcp(6) - 252.214.169.203 2064 192.168.27.180 21: 48 S [MacOS 8.0-8.6 OTTCP]\n',
      '2004-01-07-16:48:30.1212 tcp(6) S 192.168.21.135 33395 172.162.8.91 80 [Linux 2.6 ]\n',
    ]);
    const scanner = log('2004-01-07T16:48:30Z');
    scanner.packetLog.tcpProbe(flow('192.168.21.135', 1, '172.162.8.91', 80), 3, 40, false);
    expect(scanner.lines[0]).toMatch(/: 40 FS \{Honeyd Scanner\?\}\n$/);
  });

  it('ends a conversation over UDP after a minute of silence, with what was said', () => {
    const { packetLog, lines, clock } = log('2026-11-23T04:00:00Z');
    const dns = flow('10.9.8.2', 5353, '10.3.0.5', 53);
    packetLog.udpReceived(dns, 28, 0);
    packetLog.udpReceived(dns, 58, 30);
    packetLog.udpSent(dns, 20);
    clock.advanceBy(60);
    packetLog.udpReceived(flow('10.9.8.3', 5353, '10.3.0.5', 53), 40, 12);
    packetLog.stopped();
    expect(lines.map((line) => line.slice(25))).toEqual([
      'udp(17) S 10.9.8.2 5353 10.3.0.5 53\n',
      'udp(17) E 10.9.8.2 5353 10.3.0.5 53: 30 20\n',
      'udp(17) S 10.9.8.3 5353 10.3.0.5 53\n',
      'udp(17) E 10.9.8.3 5353 10.3.0.5 53: 12 0\n',
      'honeyd log stopped ------\n',
    ]);
  });
});

describe("Honeyd's service log", () => {
  it('shows a line of a script, without what a terminal would obey', () => {
    const moment = { seconds: at('2026-11-23T04:05:25.1209Z'), offsetSeconds: 0 };
    const script = flow('10.9.8.2', 34_506, '10.3.0.5', 99);
    expect(serviceLogLine(moment, script, 6, 'to stderr')).toBe(
      '2026-11-23-04:05:25.1209 tcp(6) 10.9.8.2 34506 10.3.0.5 99: |to stderr|\n',
    );
    expect(serviceLogLine(moment, script, 6, '\u001b[2J\n')).toMatch(/\|\.\[2J\.\|\n$/);
  });

  it('writes local time', () => {
    expect(formatHoneydTime(at('2026-11-23T23:30:00Z'), 3600)).toBe('2026-11-24-00:30:00.0000');
    expect(formatHoneydTime(at('2026-11-23T00:30:00Z'), -5 * 3600)).toBe('2026-11-22-19:30:00.0000');
  });
});
