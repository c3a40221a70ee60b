/**
 * Whether the initial sequence number of an answer could be guessed from the one before it: some virtual hosts imitate
 * old systems that count upwards, and whoever asks one for a connection learns the next numbers without receiving them.
 * The numbers of a keyed hash (RFC 6528) lie this close together once in 512 times, which costs one handshake as evidence.
 */
import { seqDistance } from '@wormwood/wire';

/** So many numbers can be tried out in a few seconds over a fast line. */
const GUESSABLE = 2 ** 22;
const HOSTS_MAX = 65_536;

interface Answer {
  initiator: number;
  sequence: number;
}

export class SequenceGuess {
  /** The latest answer of each host, the one that answered last at the end. */
  readonly #answers: Map<number, Answer> = new Map();

  /** Takes in the sequence number of a SYN/ACK; returns whether the answer before it, to another host, gives it away. */
  observe(responder: number, initiator: number, sequence: number): boolean {
    const last = this.#answers.get(responder);
    if (last === undefined) {
      this.#answers.set(responder, { initiator, sequence });
      const [oldest] = this.#answers.keys();
      if (this.#answers.size > HOSTS_MAX && oldest !== undefined) this.#answers.delete(oldest);
      return false;
    }
    const isGuessable =
      last.initiator !== initiator && Math.abs(seqDistance(last.sequence, sequence)) < GUESSABLE;
    last.initiator = initiator;
    last.sequence = sequence;
    this.#answers.delete(responder);
    this.#answers.set(responder, last);
    return isGuessable;
  }
}
