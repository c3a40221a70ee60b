/** TCP flags as packet logs write them. */
import { tcpFlag } from '@wormwood/wire';

const LETTERS: readonly (readonly [number, string])[] = [
  [tcpFlag.FIN, 'F'],
  [tcpFlag.SYN, 'S'],
  [tcpFlag.RST, 'R'],
  [tcpFlag.PSH, 'P'],
  [tcpFlag.ACK, 'A'],
  [tcpFlag.URG, 'U'],
  [tcpFlag.ECE, 'E'],
  [tcpFlag.CWR, 'C'],
];

/** The letters of the flags that are set, in the order FSRPAUEC. */
export function formatTcpLetters(flags: number): string {
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
}
