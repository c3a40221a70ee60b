/**
 * Whether the initial sequence number of an answer could be guessed from the one before it: some virtual hosts imitate
 * old systems that count upwards, and whoever asks one for a connection learns the next numbers without receiving them.
 * The numbers of a keyed hash (RFC 6528) lie this close together once in 512 times, which costs one handshake as evidence.
 */
import { type IpAddress, seqDistance } from '@wormwood/wire';

/** So many numbers can be tried out in a few seconds over a fast line. */
const GUESSABLE = 2 ** 22;
const HOSTS_MAX = 65_536;

export class SequenceGuess {
  /** The number of the latest answer of each host, the one that answered last at the end. */
  readonly #latest: Map<IpAddress, number> = new Map();

  /**
   * Takes in the sequence number of a SYN/ACK; returns whether the answer before it gives it away. It does not matter to
   * whom that went: whoever knows an earlier one may have asked for several in the name of one source.
   */
  observe(responder: IpAddress, sequence: number): boolean {
    const latest = this.#latest.get(responder);
    this.#latest.delete(responder);
    this.#latest.set(responder, sequence);
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > HOSTS_MAX && oldest !== undefined) this.#latest.delete(oldest);
    return latest !== undefined && Math.abs(seqDistance(latest, sequence)) < GUESSABLE;
  }
}
