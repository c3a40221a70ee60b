/**
 * From the text of an action to a program: variables as Honeyd expands them, words without a shell, and the environment
 * that describes its connection to a script (docs/honeynet.md#what-a-script-sees).
 */
import { formatIp, type IpAddress } from '@wormwood/wire';
import type { Template } from '../model.ts';

/** The connection as a script sees it. */
export interface Session {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
}

/** Honeyd's limits, so that what it refuses is refused here. */
const WORDS_MAX = 31;

/** Returns the text with `$ipsrc`, `$ipdst`, `$sport`, `$dport` and `$date` in it replaced; others stay as they are. */
export function expandVariables(text: string, session: Session, date: string): string {
  const values: ReadonlyMap<string, string> = new Map([
    ['ipsrc', formatIp(session.remoteAddress)],
    ['ipdst', formatIp(session.localAddress)],
    ['sport', String(session.remotePort)],
    ['dport', String(session.localPort)],
    ['date', date],
  ]);
  return text.replaceAll(/\$([a-z]+)/g, (whole, name: string) => values.get(name) ?? whole);
}

/** Returns the words of a command, parted by spaces; null when there are none or more than 31. */
export function commandWords(command: string): readonly string[] | null {
  const words = command.split(/[ \t\r\n]+/).filter((word) => word !== '');
  return words.length === 0 || words.length > WORDS_MAX ? null : words;
}

/** Returns what the environment of a script says: Honeyd's names, and nothing else. */
export function scriptEnvironment(
  { localAddress, localPort, remoteAddress, remotePort }: Session,
  template: Template,
  remoteSystem: string | null,
): Readonly<Record<string, string>> {
  return {
    HONEYD_IP_SRC: formatIp(remoteAddress),
    HONEYD_IP_DST: formatIp(localAddress),
    HONEYD_SRC_PORT: String(remotePort),
    HONEYD_DST_PORT: String(localPort),
    HONEYD_PERSONALITY: template.personality ?? '',
    HONEYD_TEMPLATE_NAME: template.name,
    ...(remoteSystem === null ? {} : { HONEYD_REMOTE_OS: remoteSystem }),
  };
}
