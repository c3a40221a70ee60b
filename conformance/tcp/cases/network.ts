/** Below TCP: ICMP, UDP, other protocols, fragments (RFC 791, RFC 815, RFC 5722), options of IP (RFC 791, RFC 1122 3.2.1.8). */
import { type Case, icmp, type IpWords, type OtherStep, type Step, tcp, udp, wait } from '../case.ts';
import { port } from '../services.ts';

const one = (name: string, rfc: string, ...steps: readonly Step[]): Case => ({ name, rfc, steps });
const ip = (protocol: number, octets: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8]): OtherStep => ({
  kind: 'ip',
  protocol,
  octets,
});

const ECHO = 8;
/** Fragments of an echo request of 72 octets, header included: 72 = 24 + 24 + 24. */
const cut = (name: string, pieces: NonNullable<IpWords['pieces']>, seconds = 0.3): Case => ({
  name: `fragments: ${name}`,
  rfc: '5722 4',
  steps: [icmp({ type: ECHO, data: 64, ip: { pieces } }), wait(seconds)],
});

const option = (name: string, rfc: string, ...options: readonly number[]): Case[] => [
  { name: `IP option, echo: ${name}`, rfc, steps: [icmp({ type: ECHO, data: 8, ip: { options } })] },
  {
    name: `IP option, SYN: ${name}`,
    rfc,
    port: port.sink,
    steps: [tcp('S', { options: [{ mss: 1460 }], ip: { options } }), tcp('R', { seq: 1 })],
  },
];

export const networkCases: readonly Case[] = [
  one('echo', '792', icmp({ type: ECHO, data: 56 })),
  one('echo without octets', '792', icmp({ type: ECHO })),
  one('echo of an odd length', '792', icmp({ type: ECHO, data: 33 })),
  one('echo with a code', '792', icmp({ type: ECHO, code: 9, data: 120 })),
  one('echo with a type of service', '1349', icmp({ type: ECHO, data: 56, ip: { tos: 0x28 } })),
  one('echo with ECN', '3168 5', icmp({ type: ECHO, data: 56, ip: { tos: 3 } })),
  one('echo with DF', '1191 3', icmp({ type: ECHO, data: 56, ip: { df: true } })),
  one(
    'echo with identification 0 and DF',
    '6864 4.1',
    icmp({ type: ECHO, data: 56, ip: { df: true, id: 0 } }),
  ),
  one('echo with TTL 1', '1122 3.2.1.7', icmp({ type: ECHO, data: 56, ip: { ttl: 1 } })),
  one('echo with a wrong checksum', '792', icmp({ type: ECHO, data: 56, spoil: 'checksum' })),
  one('echo that is cut off', '792', icmp({ type: ECHO, data: 56, spoil: 'truncated' })),
  one('echo reply that nobody asked for', '792', icmp({ type: 0, data: 56 })),
  one('timestamp', '1122 3.2.2.8', icmp({ type: 13, data: 12 })),
  one('timestamp with a code', '1122 3.2.2.8', icmp({ type: 13, code: 1, data: 12 })),
  one('timestamp that is too short', '1122 3.2.2.8', icmp({ type: 13, data: 4 })),
  one('address mask', '6918 2', icmp({ type: 17, data: 4 })),
  one('information', '6918 2', icmp({ type: 15 })),
  one('router solicitation', '1256 4', icmp({ type: 10 })),
  one('an unknown type', '1122 3.2.2', icmp({ type: 99, data: 8 })),
  one('source quench about nothing', '6633', icmp({ type: 4, data: 28 })),
  one(
    'echo with IP length too long',
    '791 3.1',
    icmp({ type: ECHO, data: 56, ip: { spoil: 'length-long' } }),
  ),

  one('UDP to an open port', '768', udp({ destination: port.echo, data: 20 })),
  one('UDP without octets to an open port', '768', udp({ destination: port.echo })),
  one('UDP without a checksum', '768', udp({ destination: port.echo, data: 20, checksum: 'none' })),
  one('UDP with a wrong checksum', '768', udp({ destination: port.echo, data: 20, checksum: 'wrong' })),
  one('UDP with too long a length', '768', udp({ destination: port.echo, data: 20, length: 40 })),
  one(
    'UDP with a shorter length',
    '768',
    udp({ destination: port.echo, data: 20, length: 18, checksum: 'none' }),
  ),
  one('UDP with a length of 4', '768', udp({ destination: port.echo, data: 20, length: 4 })),
  one('UDP with a length of 0', '768', udp({ destination: port.echo, data: 20, length: 0 })),
  one('UDP from port 0', '768', udp({ source: 0, destination: port.echo, data: 20 })),
  one('UDP to port 0', '768', udp({ destination: 0, data: 20 })),
  one('UDP to a closed port', '1122 4.1.3.1', udp({ destination: 4000, data: 20 })),
  one('UDP to a closed port, a long one', '1812 4.3.2.3', udp({ destination: 4000, data: 1200 })),
  one(
    'UDP to a closed port, a wrong checksum',
    '1122 4.1.3.4',
    udp({ destination: 4000, data: 20, checksum: 'wrong' }),
  ),
  one(
    'UDP to a closed port, a type of service',
    '1812 4.3.2.5',
    udp({ destination: 4000, data: 300, ip: { tos: 0x28 } }),
  ),
  one(
    'UDP to a closed port, nmap’s',
    '1122 4.1.3.1',
    udp({ destination: 4001, data: 300, ip: { id: 0x1042 } }),
  ),
  one(
    'UDP to closed ports, twelve at once',
    '1812 4.3.2.8',
    ...Array.from({ length: 12 }, (_, i) => udp({ destination: 4100 + i, data: 4 })),
  ),
  one('TCP to port 0', '9293 3.1', tcp('S', { ports: { destination: 0 }, options: [] })),
  {
    name: 'TCP from port 0',
    rfc: '9293 3.1',
    port: port.closed,
    steps: [tcp('S', { ports: { source: 0 }, options: [] })],
  },

  one('IGMP query', '3376 4.1', ip(2, [0x11, 0, 0xee, 0xff, 0, 0, 0, 0])),
  one('IGMP that is cut off', '3376 4.1', ip(2, [0x11, 0])),
  one('IP in IP', '2003', ip(4, [0x45, 0, 0, 20])),
  one('GRE', '2784', ip(47, [0, 0, 8, 0])),
  one('ESP', '4303', ip(50)),
  one('SCTP', '9260 8.4', ip(132, [0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0])),
  one('UDP-Lite', '3828', ip(136)),
  one('DCCP', '4340', ip(33)),
  one('an unknown protocol', '1122 3.2.2.1', ip(253)),
  one('an unknown protocol without octets', '1122 3.2.2.1', ip(253, [])),
  one('protocol 0', '1122 3.2.2.1', ip(0)),
  one('protocol 255', '1122 3.2.2.1', ip(255)),

  cut('in order', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 24, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('the last first', [
    { at: 6, length: 24, more: false },
    { at: 3, length: 24, more: true },
    { at: 0, length: 24, more: true },
  ]),
  cut('one comes twice', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 24, more: true },
    { at: 3, length: 24, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('they overlap and agree', [
    { at: 0, length: 32, more: true },
    { at: 3, length: 24, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('they overlap and differ', [
    { at: 0, length: 32, more: true },
    { at: 3, length: 24, more: true, fill: 0x41 },
    { at: 6, length: 24, more: false },
  ]),
  cut('one lies inside another', [
    { at: 0, length: 48, more: true },
    { at: 2, length: 16, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('one is empty', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 0, more: true },
    { at: 3, length: 24, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('the last is empty', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 48, more: true },
    { at: 9, length: 0, more: false },
  ]),
  cut('one is odd', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 25, more: true },
    { at: 6, length: 24, more: false },
  ]),
  cut('one reaches beyond the last', [
    { at: 0, length: 24, more: true },
    { at: 6, length: 24, more: false },
    { at: 6, length: 32, more: true },
    { at: 3, length: 24, more: true },
  ]),
  cut('two ends', [
    { at: 0, length: 24, more: true },
    { at: 6, length: 24, more: false },
    { at: 6, length: 16, more: false },
    { at: 3, length: 24, more: true },
  ]),
  cut('one with a wrong IP checksum', [
    { at: 0, length: 24, more: true },
    { at: 3, length: 24, more: true, spoil: 'checksum' },
    { at: 6, length: 24, more: false },
  ]),
  cut('beyond 64 KiB', [
    { at: 0, length: 24, more: true },
    { at: 8190, length: 24, more: false },
  ]),
  cut('a single one that is the first', [{ at: 0, length: 72, more: true }]),
  cut(
    'the second is missing',
    [
      { at: 0, length: 24, more: true },
      { at: 6, length: 24, more: false },
    ],
    33,
  ),
  cut(
    'the first is missing',
    [
      { at: 3, length: 24, more: true },
      { at: 6, length: 24, more: false },
    ],
    33,
  ),
  {
    name: 'fragments: a datagram to a closed port',
    rfc: '1122 3.2.2.1',
    steps: [
      udp({
        destination: 4000,
        data: 64,
        ip: {
          pieces: [
            { at: 0, length: 24, more: true },
            { at: 3, length: 48, more: false },
          ],
        },
      }),
    ],
  },
  {
    name: 'fragments: a SYN in two pieces',
    rfc: '791 3.2',
    steps: [
      tcp('S', {
        options: [{ mss: 1460 }],
        ip: {
          pieces: [
            { at: 0, length: 16, more: true },
            { at: 2, length: 8, more: false },
          ],
        },
      }),
    ],
  },

  ...option('filling', '791 3.1', 1, 1, 1, 0),
  ...option('router alert', '2113 2', 148, 4, 0, 0),
  ...option('record route', '791 3.1', 7, 7, 4, 0, 0, 0, 0, 0),
  ...option('a full record of the route', '791 3.1', 7, 7, 8, 10, 0, 0, 9, 0),
  ...option('timestamps', '791 3.1', 68, 8, 5, 0, 0, 0, 0, 0),
  ...option('loose source route that has ended', '1122 3.2.1.8', 131, 7, 8, 10, 0, 0, 9, 0),
  ...option('loose source route that goes on', '1122 3.2.1.8', 131, 7, 4, 10, 0, 0, 9, 0),
  ...option('strict source route that has ended', '1122 3.2.1.8', 137, 7, 8, 10, 0, 0, 9, 0),
  ...option('a length of 0', '1122 3.2.1.8', 7, 0, 4, 0),
  ...option('a length of 1', '1122 3.2.1.8', 148, 1, 4, 0),
  ...option('a length beyond the header', '1122 3.2.1.8', 7, 39, 4, 0),
  ...option('a pointer of 1', '791 3.1', 7, 7, 1, 0, 0, 0, 0, 0),
  ...option('an unknown one', '1122 3.2.1.8', 222, 4, 1, 2),
  ...option('the security option', '1108 2.1', 130, 4, 1, 2),
];
