/** Innocents who answer: somebody sent in the name of our addresses, and what comes here was not asked for by anybody. */
import { ipProtocol } from '@wormwood/wire';
import { DAY, HOUR } from '../durations.ts';
import { ACK, quoteOf, RST, SYN } from '../packets.ts';
import { dnsAnswer } from '../payloads.ts';
import type { TrafficClass } from '../traffic-class.ts';

const innocent = { side: 'innocent', kind: 'contact' } as const;
const BACKSCATTER =
  'Moore, Voelker, Savage 2001 (Inferring Internet Denial-of-Service Activity): forged sources are uniform, most attacks are shorter than an hour';

export const answers: readonly TrafficClass[] = [
  {
    ...innocent,
    name: 'dns-answers',
    about:
      'Name server that was asked in the name of 20 to 200 of our addresses within an hour: answers from UDP 53 to random ports.',
    origin: BACKSCATTER,
    begin: (sender) => {
      const count = sender.count(20, 200);
      sender.repeat(
        count,
        () => sender.exponential(HOUR / count),
        () => {
          const destination = sender.telescope.draw(sender.stream);
          sender.answer(sender.ends(destination, sender.count(1024, 65_535), 53), dnsAnswer(sender));
        },
      );
    },
  },
  {
    ...innocent,
    name: 'amplifier-answers',
    about:
      'Server of NTP, SNMP, memcached or SSDP that was asked in the name of up to 80 of our addresses over a day: answers from its port to port 80, 443 or a random one.',
    origin: 'Rossow 2014 (Amplification Hell), table 3: the protocols and their ports',
    begin: (sender) => {
      const [count, port] = [sender.count(10, 80), sender.pick([123, 161, 1900, 11_211])];
      sender.repeat(
        count,
        () => sender.exponential(DAY / count),
        () => {
          const target = sender.pick([80, 443, sender.count(1024, 65_535)]);
          const ends = sender.ends(sender.telescope.draw(sender.stream), target, port);
          sender.answer(ends, sender.octets(sender.count(80, 440)));
        },
      );
    },
  },
  {
    ...innocent,
    name: 'syn-ack-backscatter',
    about:
      'Flooded server that answers 30 to 200 forged SYNs of ours in an hour: SYN/ACK, once more after 1 and 3 s.',
    origin: BACKSCATTER,
    begin: (sender) => {
      const [count, port] = [sender.count(30, 200), sender.pick([80, 443, 25, 22])];
      sender.repeat(
        count,
        () => sender.exponential(HOUR / count),
        () => {
          const ends = sender.ends(sender.telescope.draw(sender.stream), sender.count(1024, 65_535), port);
          const numbers = {
            sequence: sender.stream.nextUint32(),
            acknowledgment: sender.stream.nextUint32(),
          };
          for (const delay of [0, 1, 3])
            sender.after(delay, () => sender.segment(ends, { flags: SYN | ACK, ...numbers }));
        },
      );
    },
  },
  {
    ...innocent,
    name: 'rst-backscatter',
    about: 'Flooded host that refuses 30 to 200 forged SYNs of ours in an hour: RST and RST/ACK.',
    origin: BACKSCATTER,
    begin: (sender) => {
      const [count, port] = [sender.count(30, 200), sender.pick([80, 443, 6667])];
      sender.repeat(
        count,
        () => sender.exponential(HOUR / count),
        () => {
          const ends = sender.ends(sender.telescope.draw(sender.stream), sender.count(1024, 65_535), port);
          const numbers = { sequence: 0, acknowledgment: sender.stream.nextUint32() };
          sender.segment(ends, { flags: sender.pick([RST, RST | ACK]), ...numbers });
        },
      );
    },
  },
  {
    ...innocent,
    name: 'icmp-error-backscatter',
    about:
      'Router or flooded host that reports 20 to 150 packets sent in our name within two hours: unreachable and time exceeded, each with its quote.',
    origin: BACKSCATTER,
    begin: (sender) => {
      const count = sender.count(20, 150);
      const flooded = 0x0808_0000 + sender.stream.nextBelow(65_536);
      sender.repeat(
        count,
        () => sender.exponential((2 * HOUR) / count),
        () => {
          const destination = sender.telescope.draw(sender.stream);
          const sourcePort = sender.count(1024, 65_535);
          const forged = { source: destination, sourcePort, destination: flooded, destinationPort: 80 };
          const quote = quoteOf(forged, ipProtocol.tcp, sender.stream.nextUint32());
          const code = sender.pick([0, 1, 3, 13]);
          sender.icmp(
            destination,
            sender.count(0, 2) === 0
              ? { kind: 'timeExceeded', code: 0, unused: 0, quote }
              : { kind: 'destinationUnreachable', code, unused: 0, nextHopMtu: 0, quote },
          );
        },
      );
    },
  },
];
