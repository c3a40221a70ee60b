/** Innocents whose packets, or whose address, took an unusual way: shared routers, moved routes, shared and lent addresses. */
import { DAY, HOUR, MINUTE } from '../durations.ts';
import { ACK, PSH } from '../packets.ts';
import { dnsQuery, httpGet, tlsHello } from '../payloads.ts';
import type { Sender } from '../sender.ts';
import { liveAddress, NEIGHBOUR_MAC, ROUTER_MAC, stationMac } from '../telescope.ts';
import type { TrafficClass } from '../traffic-class.ts';

const innocent = { side: 'innocent', kind: 'contact' } as const;
const PORTS = [22, 25, 53, 80, 123, 443, 445, 993, 1194, 3306, 3389, 5060, 6881, 8080, 27_015];

/** One mistake of a user or a program: an address that is not in use, tried once or a few times. */
function mistake(sender: Sender): void {
  const destination = sender.telescope.draw(sender.stream);
  const port = sender.pick(PORTS);
  const ends = sender.ends(destination, port);
  if ([53, 123, 1194, 5060, 27_015].includes(port)) {
    sender.repeat(
      sender.count(1, 3),
      () => 5,
      () => sender.datagram(ends, dnsQuery(sender)),
    );
    return;
  }
  sender.repeat(
    sender.count(1, 3),
    () => sender.exponential(10 * MINUTE),
    () => sender.connect({ destination, port, payload: tlsHello(sender), retries: sender.count(1, 5) }),
  );
}

export const paths: readonly TrafficClass[] = [
  {
    ...innocent,
    name: 'behind-vrrp',
    captureOnly: true,
    about:
      'Client of 5 to 20 live servers, 10 to 40 connections in three days, all successful; requests come over either of two routers, answers go to the address that these share.',
    origin: 'RFC 9568 7.3: virtual router MAC 00-00-5e-00-01-{VRID}',
    begin: (sender) => {
      const servers = Array.from({ length: sender.count(5, 20) }, (_, i) => liveAddress(i * 7));
      const connections = sender.count(10, 40);
      sender.repeat(
        connections,
        () => sender.exponential((3 * DAY) / connections),
        (index) => {
          sender.mac = sender.pick([ROUTER_MAC, NEIGHBOUR_MAC]);
          const payload = httpGet(`www${index}.example`, '/');
          sender.connect({ destination: servers[index % servers.length]!, port: 443, payload });
        },
      );
    },
  },
  {
    ...innocent,
    name: 'through-vrrp',
    captureOnly: true,
    from: 'own',
    about:
      'Host of our link that calls 5 to 20 live servers through two routers, 10 to 40 connections in three days, all successful; it sends to the address that they share, the answers come from either router itself.',
    origin: 'RFC 9568 7.3; the same holds for HSRP (RFC 2281)',
    begin: (sender) => {
      sender.mac = stationMac(sender.address);
      const servers = Array.from({ length: sender.count(5, 20) }, (_, i) => liveAddress(i * 3));
      const connections = sender.count(10, 40);
      sender.repeat(
        connections,
        () => sender.exponential((3 * DAY) / connections),
        (index) => {
          const payload = httpGet(`www${index}.example`, '/');
          sender.connect({ destination: servers[index % servers.length]!, port: 443, payload });
        },
      );
    },
  },
  {
    ...innocent,
    name: 'route-flap',
    about:
      'Client with 1 to 20 connections to hosts whose route has just come here: segments without any SYN, repeated after 0.4, 1.2, 2.8 … s; half of those that are refused connect anew, twice.',
    origin: 'RFC 6298 5.5 for the repetitions',
    begin: (sender) => {
      const servers = sender.telescope.drawSeveral(sender.stream, sender.count(1, 20));
      for (const destination of servers) {
        const port = sender.pick([22, 80, 443, 993]);
        const ends = sender.ends(destination, port);
        const numbers = { sequence: sender.stream.nextUint32(), acknowledgment: sender.stream.nextUint32() };
        const payload = sender.octets(sender.count(40, 400));
        sender.after(sender.between(0, 20 * MINUTE), () => {
          for (const delay of [0, 0.4, 1.2, 2.8])
            sender.after(delay, () => sender.segment(ends, { flags: PSH | ACK, ...numbers, payload }));
          if (sender.count(0, 1) === 0) return;
          sender.after(5, () =>
            sender.repeat(
              2,
              () => MINUTE,
              () => sender.connect({ destination, port, payload: tlsHello(sender) }),
            ),
          );
        });
      }
    },
  },
  {
    ...innocent,
    name: 'nat-gateway',
    about:
      'Gateway with 50 to 200 hosts behind one address, each of which strays to one of our addresses twice a month: 30 to 130 addresses in ten days, on fifteen ports.',
    origin: null,
    begin: (sender) => {
      const mistakes = sender.count(30, 130);
      sender.repeat(
        mistakes,
        () => sender.exponential((10 * DAY) / mistakes),
        () => mistake(sender),
      );
    },
  },
  {
    ...innocent,
    name: 'dhcp-leases',
    about:
      'Address that belongs to another host every day for three weeks; each holder has one stale server of ours and calls it 2 to 6 times.',
    origin: 'RFC 2131 4.4.5; a lease of a day is the usual setting of providers',
    begin: (sender) =>
      sender.repeat(
        21,
        () => DAY,
        () => {
          const [destination, port] = [sender.telescope.draw(sender.stream), sender.pick(PORTS)];
          sender.after(sender.between(0, 18 * HOUR), () =>
            sender.repeat(
              sender.count(2, 6),
              () => sender.exponential(30 * MINUTE),
              () => sender.connect({ destination, port, payload: tlsHello(sender) }),
            ),
          );
        },
      ),
  },
];
