/** Whether a sensor works, judged by what it says about itself: for the terminal and for a page. */
import type { SensorStatus } from './sensor-report.ts';

/** Something that should be so on a sensor that works. */
interface StatusCheck {
  readonly ok: boolean;
  readonly what: string;
  /** What to do where it is not. */
  readonly remedy: string;
}

/** What should be so on a sensor that works, each with what to do where it is not. */
export function statusChecks(status: SensorStatus): readonly StatusCheck[] {
  const { wire, framesDropped, linesDropped, faults, linkNets, routers, scriptUser, addresses, nets } =
    status;
  const count = (number: number, ok: string, one: string, many: string): string =>
    number === 0 ? ok : `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
  const full = 'dropped because the ring was full';
  return [
    {
      ok: nets.length > 0,
      what: `the sensor answers for ${netsWords(addresses, nets)}`,
      remedy: 'Bind some, or name them with --net.',
    },
    ...(wire === null
      ? []
      : [
          {
            ok: wire.state !== 'stuck',
            what: wire.state === 'stuck' ? 'the interface takes no frames' : 'the interface takes frames',
            remedy: 'ip link show; ip link set IFACE up; is the cable in?',
          },
        ]),
    {
      ok: framesDropped === 0,
      what: count(framesDropped, 'no frame was dropped', `frame was ${full}`, `frames were ${full}`),
      remedy: 'The machine is too slow for what comes: top; fewer scripts, or a worker in their place.',
    },
    {
      ok: linesDropped === 0,
      what: count(
        linesDropped,
        'no line of a log was lost',
        'line of a log was lost',
        'lines of logs were lost',
      ),
      remedy: 'df -h; make room, or rotate the logs (docs/sensor.md, Signals).',
    },
    {
      ok: linkNets.length > 0,
      what: linkNets.length > 0 ? 'the network of the link is known' : 'no network of the link is known',
      remedy: 'Handshakes of hosts on the link prove nothing: name it with --link-net.',
    },
    {
      ok: routers.length > 0,
      what: routers.length > 0 ? 'a router is known' : 'no router is known',
      remedy: 'Handshakes of sources beyond the link prove nothing: name it with --router.',
    },
    ...(scriptUser === null
      ? []
      : [
          {
            ok: !scriptUser.isOwn,
            what: scriptUser.isOwn
              ? "scripts run as the sensor's own user"
              : 'scripts run as a user of their own',
            remedy: 'They can end the sensor and write its files: start it as root, or without scripts.',
          },
        ]),
    {
      ok: faults === 0,
      what: count(faults, 'no unexpected error', 'unexpected error', 'unexpected errors'),
      remedy: 'Each is in the events as sensor.trouble; please report it.',
    },
  ];
}

/** Prefixes of IPv6 that are named one by one. */
const PREFIXES_SHOWN = 4;

/**
 * Returns in words how much is answered for: `addresses` of IPv4, and the prefixes of IPv6 among `nets`, which have more
 * addresses than anybody counts.
 */
export function netsWords(addresses: number, nets: readonly string[]): string {
  const prefixes = nets.filter((net) => net.includes(':'));
  const ofIpv4 = `${addresses.toLocaleString('en-US')} ${addresses === 1 ? 'address' : 'addresses'}`;
  if (prefixes.length === 0) return ofIpv4;
  const named = prefixes.length > PREFIXES_SHOWN ? '' : ` (${prefixes.join(', ')})`;
  const ofIpv6 = `${prefixes.length} IPv6 ${prefixes.length === 1 ? 'prefix' : 'prefixes'}${named}`;
  return addresses === 0 ? ofIpv6 : `${ofIpv4} and ${ofIpv6}`;
}
