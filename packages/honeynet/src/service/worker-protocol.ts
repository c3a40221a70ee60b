/**
 * The worker protocol: one long-lived program serves many connections over its standard input and output, so that a busy
 * port starts no process for each. `docs/worker-protocol.md` describes it for authors of workers.
 *
 * A frame is a letter, the number of the connection and the length of what follows, the last two in four octets each,
 * the most significant first. To the worker: `O` a connection was opened (JSON: the variables that a script finds in its
 * environment), `D` data, `E` the peer has ended its side, `C` the connection is over. From the worker: `D` data, `E` end
 * the connection after what was sent, `R` reset it, `M` a line for the service log.
 */

export type FrameType = 'O' | 'D' | 'E' | 'C' | 'R' | 'M';

export interface WorkerFrame {
  readonly type: FrameType;
  /** 0 to 2^32 − 1. */
  readonly connection: number;
  readonly payload: Uint8Array;
}

const HEADER_OCTETS = 9;
/** Longer data is sent in several frames; a frame that claims more ends the worker. */
export const FRAME_PAYLOAD_MAX: number = 1 << 20;
const FROM_WORKER: ReadonlySet<string> = new Set(['D', 'E', 'R', 'M']);

/** Returns the octets of a frame. */
export function formatFrame({ type, connection, payload }: WorkerFrame): Uint8Array {
  const octets = new Uint8Array(HEADER_OCTETS + payload.length);
  const view = new DataView(octets.buffer);
  octets[0] = type.charCodeAt(0);
  view.setUint32(1, connection);
  view.setUint32(5, payload.length);
  octets.set(payload, HEADER_OCTETS);
  return octets;
}

/** Puts frames of a worker together from octets as they arrive. */
export class FrameReader {
  #waiting: Uint8Array = new Uint8Array(0);
  #fault: string | null = null;

  /** Why nothing more is understood, in a sentence; null while all is well. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Takes octets and returns the frames that are whole now; none after a fault. */
  take(octets: Uint8Array): readonly WorkerFrame[] {
    if (this.#fault !== null) return [];
    const joined = new Uint8Array(this.#waiting.length + octets.length);
    joined.set(this.#waiting);
    joined.set(octets, this.#waiting.length);
    const view = new DataView(joined.buffer);
    const frames: WorkerFrame[] = [];
    let at = 0;
    while (joined.length - at >= HEADER_OCTETS) {
      const type = String.fromCharCode(joined[at]!);
      const length = view.getUint32(at + 5);
      this.#fault = faultOf(type, length);
      if (this.#fault !== null) return frames;
      const end = at + HEADER_OCTETS + length;
      if (end > joined.length) break;
      const payload = joined.slice(at + HEADER_OCTETS, end);
      frames.push({ type: type as FrameType, connection: view.getUint32(at + 1), payload });
      at = end;
    }
    this.#waiting = joined.slice(at);
    return frames;
  }
}

function faultOf(type: string, length: number): string | null {
  if (!FROM_WORKER.has(type))
    return `a worker sends frames of type D, E, R and M, not ${JSON.stringify(type)}`;
  if (length > FRAME_PAYLOAD_MAX) return `a frame holds at most ${FRAME_PAYLOAD_MAX} octets, not ${length}`;
  return null;
}
