/** What becomes of leases and of the interface, as events. */
import { printable } from '@wormwood/base';
import type { DhcpNews, InterfaceNews } from './event.ts';

/** An event without what every event has. */
type WithMessage<T> = T & { readonly message: string };

/** What becomes of a host that asks for its address. */
export function dhcpEvent(news: DhcpNews): WithMessage<DhcpNews> {
  return { ...news, host: printable(news.host), message: dhcpInWords(news) };
}

/** What becomes of the interface of the sensor. */
export function interfaceEvent(news: InterfaceNews): WithMessage<InterfaceNews> {
  const name = printable(news.name);
  const what = news.mtu === undefined ? news.event.slice('interface.'.length) : `now of MTU ${news.mtu}`;
  return { ...news, name, message: `interface ${name} is ${what}` };
}

function dhcpInWords({ event, host, mac, ip, server }: DhcpNews): string {
  const who = `host ${printable(host)} (${mac})`;
  switch (event) {
    case 'dhcp.lease':
      return `${who} has ${ip} from ${server}`;
    case 'dhcp.renewal':
      return `${who} keeps ${ip} by ${server}`;
    case 'dhcp.lost':
      return `${who} has no address any more`;
    case 'dhcp.conflict':
      return `${who} declines ${ip}, which another machine has`;
    case 'dhcp.silent':
      return `${who} gets no answer from a DHCP server`;
    default:
      throw event satisfies never;
  }
}
