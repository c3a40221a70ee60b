/** Innocents by mistake: wrong settings, wrong names, wrong fingers; and those who are lured. */
import { DAY, HOUR, MINUTE } from '../durations.ts';
import { utf8 } from '@wormwood/base';
import { dnsQuery, httpGet } from '../payloads.ts';
import type { TrafficClass } from '../traffic-class.ts';

const innocent = { side: 'innocent', kind: 'contact' } as const;

export const mistakes: readonly TrafficClass[] = [
  {
    ...innocent,
    name: 'wrong-dns-servers',
    about:
      'Host with 2 to 5 wrong name servers: each of 60 questions in five days goes to all of them in turn, 5 s apart, twice.',
    origin: 'resolv.conf(5): timeout 5 s, 2 attempts',
    begin: (sender) => {
      const servers = sender.telescope.drawSeveral(sender.stream, sender.count(2, 5));
      sender.repeat(
        60,
        () => sender.exponential((5 * DAY) / 60),
        () => {
          const question = dnsQuery(sender);
          sender.repeat(
            2 * servers.length,
            () => 5,
            (index) => sender.datagram(sender.ends(servers[index % servers.length]!, 53), question),
          );
        },
      );
    },
  },
  {
    ...innocent,
    name: 'mail-relay-lured',
    about:
      'Mail relay with messages for domains whose MX names 1 to 4 honeypots: complete handshakes on TCP 25, again after 30 minutes, 1, 2 and 4 hours and twice a day for four days.',
    origin: 'RFC 5321 4.5.4.1: retries from 30 minutes on, given up after 4 to 5 days',
    begin: (sender) => {
      const lures = Array.from({ length: sender.count(1, 4) }, () =>
        sender.telescope.drawHoneypot(sender.stream),
      );
      const payload = utf8('EHLO relay.example\r\n');
      for (const destination of lures) {
        const arrival = sender.between(0, 2 * DAY);
        for (const hours of [0, 0.5, 1.5, 3.5, 7.5, 20, 32, 44, 56, 68, 80, 92])
          sender.after(arrival + hours * HOUR, () => sender.connect({ destination, port: 25, payload }));
      }
    },
  },
  {
    ...innocent,
    name: 'proxy-lured',
    about:
      'Open proxy or link preview that somebody sends to 3 to 6 honeypots on TCP 80 within an hour: complete handshakes, the same request but for the name.',
    origin: null,
    begin: (sender) => {
      const lures = Array.from({ length: sender.count(3, 6) }, () =>
        sender.telescope.drawHoneypot(sender.stream),
      );
      lures.forEach((destination, index) =>
        sender.after(sender.between(0, HOUR), () =>
          sender.connect({ destination, port: 80, payload: httpGet(`lure${index}.example`, '/') }),
        ),
      );
    },
  },
  {
    ...innocent,
    name: 'stray',
    about:
      'Host that strays once in 15 days, at random, to an address of ours for 30 days; each time a connection or up to three datagrams.',
    origin: 'docs/detect.md: the limit of the model, another address every 15 d 04 h',
    begin: (sender) => {
      for (let at = 0; at < 30 * DAY; at += sender.exponential(15 * DAY)) {
        sender.after(at, () => {
          const [destination, port] = [
            sender.telescope.draw(sender.stream),
            sender.pick([22, 80, 443, 445, 3389]),
          ];
          sender.connect({ destination, port, payload: sender.octets(100) });
        });
      }
    },
  },
  {
    ...innocent,
    name: 'typo',
    about: 'Somebody who mistypes an address once and tries for a quarter of an hour.',
    origin: null,
    begin: (sender) => {
      const [destination, port] = [sender.telescope.draw(sender.stream), sender.pick([22, 80, 443, 3389])];
      sender.repeat(
        sender.count(1, 8),
        () => sender.exponential(2 * MINUTE),
        () => sender.connect({ destination, port, retries: 4 }),
      );
    },
  },
  {
    ...innocent,
    name: 'fat-finger-scan',
    about:
      'Somebody whose scan of three addresses has a wrong digit: ping, TCP 80 and 443 at three neighbours, within a second.',
    origin: 'nmap(1): host discovery by echo request and TCP 80, 443',
    begin: (sender) => {
      const first = sender.telescope.first + sender.stream.nextBelow(sender.telescope.size - 3);
      for (let index = 0; index < 3; index++) {
        sender.ping(first + index, index);
        for (const port of [80, 443])
          sender.after(sender.between(0, 1), () => sender.syn(sender.ends(first + index, port)));
      }
    },
  },
];
