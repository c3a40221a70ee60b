/** TCP flags as packet logs write them. */
import { tcp } from '@wormwood/wire';

const LETTERS: readonly (readonly [number, string])[] = [
  [tcp.flag.FIN, 'F'],
  [tcp.flag.SYN, 'S'],
  [tcp.flag.RST, 'R'],
  [tcp.flag.PSH, 'P'],
  [tcp.flag.ACK, 'A'],
  [tcp.flag.URG, 'U'],
  [tcp.flag.ECE, 'E'],
  [tcp.flag.CWR, 'C'],
];

/** The letters of the flags that are set, in the order FSRPAUEC. */
export function formatTcpLetters(flags: number): string {
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}
