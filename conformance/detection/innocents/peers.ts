/** Innocents with lists: programs that call addresses from a list they received, some of which are ours by now. */
import { DAY, HOUR, MINUTE } from '../durations.ts';
import { bittorrentHandshake, dhtPing, gameQuery, httpGet, sipRegister, tlsHello } from '../payloads.ts';
import type { TrafficClass } from '../traffic-class.ts';

const innocent = { side: 'innocent', kind: 'contact' } as const;

export const peers: readonly TrafficClass[] = [
  {
    ...innocent,
    name: 'p2p-stale-peers',
    about:
      'BitTorrent client with 3 to 12 stale peers of ours, a new one every two hours, each tried up to four times half an hour apart; those that accept get the same handshake of 68 octets.',
    origin: 'BEP 3 (handshake, default ports 6881 and up); trackers hand out peers every 30 minutes',
    begin: (sender) => {
      const handshake = bittorrentHandshake(sender);
      const stale = sender.telescope.drawSeveral(sender.stream, sender.count(3, 12));
      sender.repeat(
        stale.length,
        () => sender.exponential(2 * HOUR),
        (index) => {
          const destination = stale[index]!;
          const port = sender.count(0, 2) === 0 ? 6881 : sender.count(10_000, 65_000);
          sender.repeat(
            sender.count(1, 4),
            () => 30 * MINUTE + sender.between(-60, 60),
            () => sender.connect({ destination, port, payload: handshake }),
          );
        },
      );
    },
  },
  {
    ...innocent,
    name: 'dht-nodes',
    about:
      'Node of the BitTorrent DHT whose table holds 5 to 30 stale nodes of ours over two days: three pings each, 15 minutes apart, from one port, to ports that differ.',
    origin: 'BEP 5: a bucket is refreshed after 15 minutes, a node that fails several times is dropped',
    begin: (sender) => {
      const stale = sender.telescope.drawSeveral(sender.stream, sender.count(5, 30));
      const [identifier, sourcePort] = [sender.octets(20), sender.count(10_000, 60_000)];
      sender.repeat(
        stale.length,
        () => sender.exponential((2 * DAY) / stale.length),
        (index) => {
          const ends = sender.ends(
            stale[index]!,
            sender.count(0, 3) === 0 ? 6881 : sender.count(1024, 65_000),
            sourcePort,
          );
          sender.repeat(
            3,
            () => 15 * MINUTE,
            () => sender.datagram(ends, dhtPing(identifier, sender.octets(2))),
          );
        },
      );
    },
  },
  {
    ...innocent,
    name: 'game-server-list',
    about:
      'Game client whose list has six dead servers of ours; each of 8 to 30 refreshes over ten days asks all of them within half a second.',
    origin: 'A2S_INFO, 25 octets to UDP 27015: Valve developer wiki, Server queries',
    begin: (sender) => {
      const dead = sender.telescope.drawSeveral(sender.stream, 6);
      const refreshes = sender.count(8, 30);
      sender.repeat(
        refreshes,
        () => sender.exponential((10 * DAY) / refreshes),
        () => {
          for (const destination of dead) {
            const ends = sender.ends(destination, 27_015);
            sender.after(sender.between(0, 0.5), () => sender.datagram(ends, gameQuery()));
          }
        },
      );
    },
  },
  {
    ...innocent,
    name: 'web-crawler',
    about:
      'Crawler whose list of links has 4 to 20 addresses of ours over ten days, ports 80 and 443, three tries an hour apart, each page under another host name.',
    origin: null,
    begin: (sender) => {
      const links = sender.telescope.drawSeveral(sender.stream, sender.count(4, 20));
      sender.repeat(
        links.length,
        () => sender.exponential((10 * DAY) / links.length),
        (index) => {
          const [destination, port] = [links[index]!, sender.pick([80, 443])];
          const payload = port === 80 ? httpGet(`site${index}.example`, `/page${index}`) : tlsHello(sender);
          sender.repeat(
            3,
            () => HOUR,
            () => sender.connect({ destination, port, payload, retries: 1 }),
          );
        },
      );
    },
  },
  {
    ...innocent,
    name: 'sip-stale-registrar',
    about:
      'Telephone with one or two stale registrars: REGISTER after 0, 0.5, 1.5, 3.5 s and then every 4 s up to 32 s, again every ten minutes, 24 times.',
    origin: 'RFC 3261 17.1.2.2: T1 0.5 s, T2 4 s, timer F 32 s',
    begin: (sender) => {
      const registrars = sender.telescope.drawSeveral(sender.stream, sender.count(1, 2));
      sender.repeat(
        24,
        () => 10 * MINUTE,
        (round) => {
          const ends = sender.ends(registrars[round % registrars.length]!, 5060, 5060);
          const request = sipRegister(sender);
          for (const delay of [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5])
            sender.after(delay, () => sender.datagram(ends, request));
        },
      );
    },
  },
  {
    ...innocent,
    name: 'iot-dead-cloud',
    about:
      'Device that phones its maker, whose name has 2 to 6 addresses of ours: TCP 8883 or 443, in turn, every 15 minutes for two days.',
    origin: null,
    begin: (sender) => {
      const cloud = sender.telescope.drawSeveral(sender.stream, sender.count(2, 6));
      const [port, payload] = [sender.pick([443, 8883]), tlsHello(sender)];
      sender.repeat(
        96,
        () => sender.between(25, 35) * MINUTE,
        (round) => sender.connect({ destination: cloud[round % cloud.length]!, port, payload, retries: 2 }),
      );
    },
  },
];
