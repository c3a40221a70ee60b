/**
 * Scanners that their tools give away, known worms' rates and orders, and hosts that deliver something. What is delivered is an
 * inert marker: octets drawn at random, which mean nothing to anybody.
 */
import { type Ends, RST } from '../packets.ts';
import { snmpGet } from '../payloads.ts';
import { HOUR, MINUTE } from '../durations.ts';
import type { Sender } from '../sender.ts';
import type { TrafficClass } from '../traffic-class.ts';
import { contactAtRandom, masscanLook, miraiLook, uniformContactRate, zmapLook } from './scanning.ts';

const scanner = { side: 'scanner', kind: 'scanning' } as const;
/** Octets of the UDP payload of Slammer, whose packets had 404 (Moore et al. 2003, Inside the Slammer Worm). */
const SLAMMER_OCTETS = 376;
const MARKER_OCTETS = 600;

/** A SYN whose answer nobody but the system gets, which refuses it. */
function statelessSyn(sender: Sender, ends: Ends, sequence: number): void {
  sender.syn(ends, sequence);
  if (!sender.telescope.isHoneypot(ends.destination)) return;
  sender.after(sender.roundTripSeconds, () =>
    sender.segment(ends, { flags: RST, sequence: sequence + 1, acknowledgment: 0 }),
  );
}

export const byTool: readonly TrafficClass[] = [
  {
    side: 'innocent',
    kind: 'scanning',
    name: 'research-zmap',
    about: 'Research scanner with ZMap at 10,000 probes a second, TCP 443 of every address once.',
    origin: 'Durumeric, Wustrow, Halderman 2013 (ZMap); Durumeric et al. 2024: identification 54321',
    uniformRate: 10_000,
    contactRate: (telescope) => uniformContactRate(telescope, 10_000),
    begin: (sender) => {
      sender.look = zmapLook(sender);
      contactAtRandom(sender, uniformContactRate(sender.telescope, 10_000), (destination) =>
        statelessSyn(sender, sender.ends(destination, 443), sender.stream.nextUint32()),
      );
    },
  },
  {
    side: 'innocent',
    kind: 'scanning',
    name: 'research-masscan',
    about: 'Research scanner with masscan at 5,000 probes a second, ten TCP ports and SNMP.',
    origin: 'masscan README: identification = address xor port xor sequence number',
    uniformRate: 5000,
    contactRate: (telescope) => uniformContactRate(telescope, 5000),
    begin: (sender) => {
      const look = masscanLook(sender);
      contactAtRandom(sender, uniformContactRate(sender.telescope, 5000), (destination) => {
        const port = sender.pick([21, 22, 23, 25, 80, 110, 161, 443, 3389, 8080]);
        const sequence = sender.stream.nextUint32();
        sender.look = { ...look, identification: ((destination ^ port ^ sequence) >>> 0) & 0xffff };
        const ends = sender.ends(destination, port);
        if (port === 161) sender.datagram(ends, snmpGet());
        else statelessSyn(sender, ends, sequence);
      });
    },
  },
  {
    ...scanner,
    name: 'mirai-like',
    about:
      'Stateless SYNs at 160 a second to TCP 23, one in ten to 2323; the sequence number is the destination.',
    origin: 'Antonakakis et al. 2017 (Understanding the Mirai Botnet), 3 and 4: sequence number, 23 and 2323',
    uniformRate: 160,
    contactRate: (telescope) => uniformContactRate(telescope, 160),
    begin: (sender) => {
      sender.look = miraiLook(sender);
      contactAtRandom(sender, uniformContactRate(sender.telescope, 160), (destination) =>
        sender.syn(sender.ends(destination, sender.count(0, 9) === 0 ? 2323 : 23), destination),
      );
    },
  },
  {
    ...scanner,
    name: 'two-phase',
    about:
      'ZMap-like SYNs at 1,000 a second to TCP 2323; where something answers, the same host connects as a system within ten minutes and sends twenty octets.',
    origin: 'the two-phase scanning of darknet studies: a stateless SYN, then a connection by the system',
    uniformRate: 1000,
    contactRate: (telescope) => uniformContactRate(telescope, 1000),
    begin: (sender) => {
      const [system, tool] = [sender.look, zmapLook(sender)];
      const payload = sender.octets(20);
      contactAtRandom(sender, uniformContactRate(sender.telescope, 1000), (destination) => {
        sender.look = tool;
        statelessSyn(sender, sender.ends(destination, 2323), sender.stream.nextUint32());
        if (!sender.telescope.isHoneypot(destination)) return;
        sender.after(sender.between(5, 10 * MINUTE), () => {
          sender.look = system;
          sender.connect({ destination, port: 2323, payload });
        });
      });
    },
  },
  {
    ...scanner,
    name: 'slammer-like',
    about: `Datagrams of ${SLAMMER_OCTETS} inert octets to UDP 1434 at 4,000 a second.`,
    origin: 'Moore et al. 2003 (Inside the Slammer Worm): UDP 1434, 404 octets, 4,000 a second on average',
    uniformRate: 4000,
    contactRate: (telescope) => uniformContactRate(telescope, 4000),
    begin: (sender) => {
      const payload = sender.octets(SLAMMER_OCTETS);
      const sourcePort = sender.nextPort();
      contactAtRandom(sender, uniformContactRate(sender.telescope, 4000), (destination) =>
        sender.datagram(sender.ends(destination, 1434, sourcePort), payload),
      );
    },
  },
  {
    side: 'scanner',
    kind: 'infected',
    name: 'delivers-payload',
    about: `Uniform at 100 a second; whoever accepts on TCP 445 gets the same ${MARKER_OCTETS} inert octets, after a complete handshake.`,
    origin: null,
    uniformRate: 100,
    contactRate: (telescope) => uniformContactRate(telescope, 100),
    begin: (sender) => {
      const payload = sender.octets(MARKER_OCTETS);
      contactAtRandom(sender, uniformContactRate(sender.telescope, 100), (destination) =>
        sender.connect({ destination, port: 445, payload, retries: 1 }),
      );
    },
  },
  {
    side: 'scanner',
    kind: 'infected',
    from: 'near',
    name: 'delivers-locally',
    about: `Prefers its own /16 and /8 as Code Red II does, 10 a second, and delivers the same ${MARKER_OCTETS} inert octets on TCP 80.`,
    origin: 'Staniford, Paxson, Weaver 2002, 2.2',
    contactRate: (telescope) => 10 * ((0.5 * telescope.size) / 2 ** 24),
    begin: (sender) => {
      const payload = sender.octets(MARKER_OCTETS);
      contactAtRandom(sender, 10 * ((0.5 * sender.telescope.size) / 2 ** 24), (destination) =>
        sender.connect({ destination, port: 80, payload, retries: 1 }),
      );
    },
  },
  {
    ...scanner,
    name: 'outside-working-hours',
    about: 'Uniform at 400 a second for two hours, ten hours of silence, and so on; TCP 3389.',
    origin: null,
    contactRate: (telescope) => uniformContactRate(telescope, 400 / 6),
    begin: (sender) => {
      const mean = 1 / uniformContactRate(sender.telescope, 400);
      let scanned = sender.exponential(mean);
      for (let contact = 0; contact < 60; contact++) {
        const shifts = Math.floor(scanned / (2 * HOUR));
        sender.after(scanned + shifts * 10 * HOUR, () =>
          sender.connect({ destination: sender.telescope.draw(sender.stream), port: 3389, retries: 1 }),
        );
        scanned += sender.exponential(mean);
      }
    },
  },
];
