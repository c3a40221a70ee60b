/**
 * Where frames come and go: a packet ring, a TUN interface, a capture file, or memory. Everything above asks only for
 * this. Frames are handed over as views into the device's own memory, so that the hot path copies and allocates nothing.
 */

/** A device as the stack and the layers above it see it. */
export interface LinkDevice {
  /** `ethernet` frames begin with an Ethernet header, `ip` packets with an IP header. */
  readonly medium: 'ethernet' | 'ip';
  /** Largest IP packet that one frame carries; it may change from one frame to the next. */
  readonly mtuBytes: number;
  /** Memory that `reserve` points into. */
  readonly transmitBuffer: Uint8Array;
  /**
   * Calls `receiver` for the frames that wait, at most `budget` of them, and returns how many it was called for.
   * The bytes belong to the device again when the receiver returns.
   */
  receive(receiver: FrameReceiver, budget: number): number;
  /** Returns where in `transmitBuffer` the next frame may be written, or -1 while the device has no room. */
  reserve(): number;
  /** Queues the frame of `lengthBytes` written at the offset that `reserve` returned last. */
  commit(lengthBytes: number): void;
  /** Hands the queued frames to the medium. */
  flush(): void;
}

/** A frame that came in, valid during the call that hands it over: devices use one object, and their memory, again and again. */
export interface ReceivedFrame {
  /** The frame lies in [start, end) of it. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** The sender's checksums need no check, because the frame never left this machine. */
  readonly checksumsVerified: boolean;
  /** The packet came inside another one, through a tunnel, and the link header is that of the packet around it. */
  readonly isCarried: boolean;
  /** When the machine took it from the wire, in seconds of a clock of its own; 0: not known. @default 0 */
  readonly arrivedSeconds?: number;
}

/** Takes a frame; what shall outlive the call is copied. */
export type FrameReceiver = (frame: ReceivedFrame) => void;

const NOTHING = new Uint8Array(0);

/** The one object that a device hands over again and again. */
export class ReusedFrame implements ReceivedFrame {
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  checksumsVerified = false;
  isCarried = false;
  arrivedSeconds = 0;

  /** Returns the object, which now is this frame. */
  of(bytes: Uint8Array, start: number, end: number, checksumsVerified = false): ReceivedFrame {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.checksumsVerified = checksumsVerified;
    return this;
  }
}
