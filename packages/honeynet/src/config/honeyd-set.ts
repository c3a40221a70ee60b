/** The `set` statements of `honeyd.conf`: what a template is like. */
import type { TransportProtocol } from '../model.ts';
import { ethernetFault } from './ethernet-address.ts';
import { readAction, readProtocol } from './honeyd-action.ts';
import type { TemplateDraft } from './honeynet-builder.ts';
import { partOf } from './places.ts';
import type { TokenReader } from './token-reader.ts';

const PROPERTIES = [
  'default',
  'personality',
  'ethernet',
  'uptime',
  'droprate',
  'maxfds',
  'uid',
  'spoof',
] as const;
const ID_MAX = 2 ** 32 - 2;

type Setter = (reader: TokenReader, template: TemplateDraft) => void;

const SETTERS: Readonly<Record<(typeof PROPERTIES)[number], Setter>> = {
  default: setDefaultAction,
  personality: (reader, template) => {
    reader.places.note(partOf.personality(template.name), reader.peek());
    template.personality = reader.accept('random') ? 'random' : reader.expectQuoted('a personality').text;
  },
  ethernet: (reader, template) => {
    template.ethernet = readEthernet(reader, partOf.ethernet(template.name));
  },
  uptime: (reader, template) => {
    template.uptimeSeconds = reader.expectNumber('An uptime', { min: 0, max: 1e9, whole: true });
  },
  droprate: (reader, template) => {
    const what = reader.expectWord(['in', 'syn'], 'in or syn');
    const fraction = reader.expectNumber('A drop rate in percent', { min: 0, max: 100, whole: false }) / 100;
    if (what === 'in') template.dropIncoming = fraction;
    else template.dropSyn = fraction;
  },
  maxfds: (reader, template) => {
    const openFilesMax = reader.expectNumber('The number of open files', { min: 4, max: 1e6, whole: true });
    template.process = { ...template.process, openFilesMax };
  },
  uid: setUser,
  spoof: setSpoof,
};

/** Reads an Ethernet address or a vendor; one that no host can have is an error at its place. */
export function readEthernet(reader: TokenReader, part: string): string {
  const token = reader.expectQuoted('an Ethernet address or vendor');
  const fault = ethernetFault(token.text);
  if (fault !== null)
    reader.note(
      'error',
      token,
      'ethernet-of-nobody',
      fault,
      'The first octet of an address of one host is even: 02:00:00:00:00:05, or name a vendor such as "dell".',
    );
  reader.places.note(part, token);
  return token.text;
}

export function readSet(reader: TokenReader, expectTemplate: (what: string) => TemplateDraft): void {
  const template = expectTemplate('the template to set');
  const property = reader.expectWord(PROPERTIES, 'a property of a template');
  SETTERS[property](reader, template);
}

function setDefaultAction(reader: TokenReader, template: TemplateDraft): void {
  const protocol: TransportProtocol = readProtocol(reader);
  reader.expectWord(['action'], 'action');
  template.defaultActions = { ...template.defaultActions, [protocol]: readAction(reader) };
}

/** Scripts never run as root: neither id may be 0. */
function setUser(reader: TokenReader, template: TemplateDraft): void {
  reader.places.note(partOf.user(template.name), reader.peek());
  const userId = reader.expectNumber('A user id', { min: 1, max: ID_MAX, whole: true });
  const groupId = reader.accept('gid')
    ? reader.expectNumber('A group id', { min: 1, max: ID_MAX, whole: true })
    : template.process.groupId;
  template.process = { ...template.process, userId, groupId };
}

function setSpoof(reader: TokenReader, template: TemplateDraft): void {
  reader.places.note(partOf.spoof(template.name), reader.peek());
  const first = reader.expectWord(['from', 'to'], 'from or to');
  const address = reader.expectAddress(
    first === 'from' ? 'The address that replies come from' : 'The address that replies go to',
  );
  if (first === 'to') {
    template.spoof = { fromAddress: null, toAddress: address };
    return;
  }
  const toAddress = reader.accept('to') ? reader.expectAddress('The address that replies go to') : null;
  template.spoof = { fromAddress: address, toAddress };
}
