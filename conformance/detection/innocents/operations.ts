/** Innocents of daily operation: monitors, backups, logs, clocks, tunnels, the staff. */
import { DAY, HOUR, MINUTE } from '../durations.ts';
import { ntpRequest, snmpGet, syslogLine, tlsHello, wireguardInitiation, httpGet } from '../payloads.ts';
import type { TrafficClass } from '../traffic-class.ts';

const innocent = { side: 'innocent', kind: 'contact' } as const;
/** The first probe of `traceroute` goes to this port, each later one to the next. */
const TRACEROUTE_PORT = 33_434;

export const operations: readonly TrafficClass[] = [
  {
    side: 'innocent',
    kind: 'scanning',
    from: 'own',
    name: 'monitor',
    about:
      'Our own monitor: ping, then TCP 22, 80 and 443, at 80 addresses of the prefix one after the other, two rounds five minutes apart.',
    origin: 'Nagios Core documentation: check_interval 5 minutes',
    begin: (sender) => {
      const { telescope } = sender;
      const first = telescope.first + sender.stream.nextBelow(telescope.size - 80);
      sender.repeat(
        2,
        () => 5 * MINUTE,
        () =>
          sender.repeat(
            80,
            () => 0.2,
            (index) => {
              sender.ping(first + index, index);
              for (const port of [22, 80, 443])
                sender.connect({ destination: first + index, port, retries: 0 });
            },
          ),
      );
    },
  },
  {
    ...innocent,
    name: 'ntp-clients',
    about:
      'Client whose list of clocks has one address of ours: UDP 123 from 123 every 64 to 1,024 s for two days.',
    origin: 'RFC 5905 7.2: poll exponents 6 to 10',
    begin: (sender) => {
      const ends = sender.ends(sender.telescope.first + 7, 123, 123);
      const polls = [64, 64, 64, 128, 128, 256, 256, 512, 512, ...Array.from({ length: 60 }, () => 1024)];
      let poll = 0;
      sender.repeat(
        polls.length,
        () => polls[poll++ % polls.length]!,
        () => sender.datagram(ends, ntpRequest(sender)),
      );
    },
  },
  {
    ...innocent,
    name: 'backup-clients',
    about:
      'Backup client of a server that has moved: TCP 9102 at one or two addresses, every night for two weeks, up to six tries ten minutes apart.',
    origin: null,
    begin: (sender) => {
      const servers = sender.telescope.drawSeveral(sender.stream, sender.count(1, 2));
      const payload = tlsHello(sender);
      sender.repeat(
        14,
        () => DAY,
        () =>
          sender.repeat(
            sender.count(2, 6),
            () => 10 * MINUTE,
            (index) =>
              sender.connect({
                destination: servers[index % servers.length]!,
                port: 9102,
                payload,
                retries: 5,
              }),
          ),
      );
    },
  },
  {
    ...innocent,
    name: 'printer-discovery',
    about:
      'Station that looks for 1 to 3 printers at their old addresses: SNMP, SLP, raw printing and web, every two hours for two days.',
    origin: 'RFC 2608 (SLP, UDP 427); SNMP status by the drivers of all makers',
    begin: (sender) => {
      const printers = sender.telescope.drawSeveral(sender.stream, sender.count(1, 3));
      sender.repeat(
        24,
        () => 2 * HOUR,
        () => {
          for (const destination of printers) {
            sender.datagram(sender.ends(destination, 161), snmpGet());
            sender.datagram(sender.ends(destination, 427), sender.octets(49));
            sender.connect({ destination, port: 9100, retries: 1 });
            sender.connect({
              destination,
              port: 80,
              retries: 1,
              payload: httpGet('printer.example', '/status'),
            });
          }
        },
      );
    },
  },
  {
    ...innocent,
    name: 'syslog-wrong-server',
    about:
      'Host that logs to one or two addresses of ours: UDP 514, in bursts of up to 20 lines, 20 times in a day.',
    origin: 'RFC 5426 3.3',
    begin: (sender) => {
      const ends = sender.telescope
        .drawSeveral(sender.stream, sender.count(1, 2))
        .map((destination) => sender.ends(destination, 514));
      sender.repeat(
        20,
        () => sender.exponential(DAY / 20),
        () =>
          sender.repeat(
            sender.count(1, 20),
            () => sender.exponential(0.2),
            (index) => sender.datagram(ends[index % ends.length]!, syslogLine(sender)),
          ),
      );
    },
  },
  {
    ...innocent,
    name: 'staff-traceroute',
    about:
      'Network staff who trace 1 to 3 addresses: ten pings, then 30 datagrams to ports from 33,434 on, a few times in two days.',
    origin: 'traceroute(8): first port 33434, three probes a hop',
    begin: (sender) => {
      const targets = sender.telescope.drawSeveral(sender.stream, sender.count(1, 3));
      sender.repeat(
        sender.count(2, 8),
        () => sender.exponential(6 * HOUR),
        (round) => {
          const destination = targets[round % targets.length]!;
          sender.repeat(
            10,
            () => 1,
            (index) => sender.ping(destination, index),
          );
          const sourcePort = sender.nextPort();
          sender.after(15, () =>
            sender.repeat(
              30,
              () => 0.05,
              (index) =>
                sender.datagram(
                  sender.ends(destination, TRACEROUTE_PORT + index, sourcePort),
                  new Uint8Array(32),
                ),
            ),
          );
        },
      );
    },
  },
  {
    ...innocent,
    name: 'vpn-keepalives',
    about:
      'Tunnel to an address that is ours by now: keepalives of IPsec on UDP 4500 every 20 s, or initiations of WireGuard every 5 s for 90 s and again every 10 minutes.',
    origin: 'RFC 3948 4; WireGuard whitepaper 6.1 (REKEY_TIMEOUT 5 s, REKEY_ATTEMPT_TIME 90 s)',
    begin: (sender) => {
      const destination = sender.telescope.draw(sender.stream);
      if (sender.count(0, 1) === 0) {
        const ends = sender.ends(destination, 4500, 4500);
        sender.repeat(
          200,
          () => 20,
          () => sender.datagram(ends, Uint8Array.of(255)),
        );
        return;
      }
      const ends = sender.ends(destination, 51_820, 51_820);
      sender.repeat(
        12,
        () => 10 * MINUTE,
        () =>
          sender.repeat(
            18,
            () => 5,
            () => sender.datagram(ends, wireguardInitiation(sender)),
          ),
      );
    },
  },
  {
    ...innocent,
    name: 'health-checks',
    about: 'Load balancer with 2 to 8 moved servers behind it: each asked on TCP 80 every 10 s, 60 rounds.',
    origin: null,
    begin: (sender) => {
      const servers = sender.telescope.drawSeveral(sender.stream, sender.count(2, 8));
      const payload = httpGet('health.example', '/healthz');
      sender.repeat(
        60,
        () => 10,
        (round) =>
          servers.forEach((destination, index) =>
            sender.after(index * 0.1 + (round % 2) * 0.01, () =>
              sender.connect({ destination, port: 80, payload, retries: 0, lingerSeconds: 0.1 }),
            ),
          ),
      );
    },
  },
];
