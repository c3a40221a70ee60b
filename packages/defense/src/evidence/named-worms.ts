/**
 * Worms that give themselves away by what one contact shows: port, length of the payload, marks. Behaviour that other
 * programs share is not listed.
 */
import { synMark } from '@wormwood/wire';
import type { Observation } from '../observation.ts';

export interface NamedWorm {
  readonly name: string;
  /** Where the behaviour is described. */
  readonly source: string;
  matches(observation: Observation): boolean;
}

export const NAMED_WORMS: readonly NamedWorm[] = [
  {
    name: 'SQL Slammer',
    source:
      'Moore, Paxson, Savage, Shannon, Staniford, Weaver, "Inside the Slammer worm", IEEE S&P 1(4), 2003',
    matches: ({ protocol, kind, destinationPort, payloadLength }) =>
      protocol === 'udp' && kind === 'payload' && destinationPort === 1434 && payloadLength === 376,
  },
  {
    name: 'Witty',
    source: 'Shannon, Moore, "The spread of the Witty worm", IEEE S&P 2(4), 2004',
    matches: ({ protocol, kind, sourcePort, payloadLength }) =>
      protocol === 'udp' &&
      kind === 'payload' &&
      sourcePort === 4000 &&
      payloadLength >= 768 &&
      payloadLength < 1280,
  },
  {
    name: 'Mirai',
    source: 'Antonakakis et al., "Understanding the Mirai botnet", USENIX Security 2017',
    matches: ({ protocol, kind, marks = 0 }) =>
      protocol === 'tcp' && kind === 'contact' && (marks & synMark.mirai) !== 0,
  },
];
