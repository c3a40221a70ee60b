/**
 * The sensor's link in virtual time: whoever sends is an action in a queue, the honeynet answers, and every frame is recorded as
 * `tcpdump` beside the sensor would. Capture and events come from the same run, so that they describe the same packets.
 */
import { EventQueue, type RandomStreams, VirtualClock } from '@wormwood/base';
import { type MemoryDevice, memoryLink, type ReceivedFrame, type Stack } from '@wormwood/netstack';
import { ipv4, isMalformed, readMac, readU16, readU32, tcp } from '@wormwood/wire';
import { honeypots } from './honeypots.ts';
import { answerOfLive } from './live-hosts.ts';
import type { Ends } from './packets.ts';
import { isLive, SENSOR_MAC, START_SECONDS, type Telescope } from './telescope.ts';

export interface LinkComponents {
  readonly telescope: Telescope;
  readonly streams: RandomStreams;
  /** Takes a frame at its time in whole microseconds since 1970; the octets are only valid during the call. */
  readonly onFrame: (frame: Uint8Array, microseconds: number) => void;
  /** Takes the line of an event. */
  readonly onEvent: (line: Uint8Array) => void;
}

/** Receives what a connection's other end sent. */
export type Receiver = (segment: tcp.Repr) => void;

const BUDGET = 64;
const IP_START = 14;
const TCP_START = 34;
const TCP = 6;
/** A live server answers from the same link. */
const LIVE_DELAY_SECONDS = 0.0003;

export class Link {
  readonly telescope: Telescope;
  readonly clock: VirtualClock = new VirtualClock(START_SECONDS);
  frames = 0;
  readonly #onFrame: LinkComponents['onFrame'];
  readonly #actions: EventQueue<() => void> = new EventQueue();
  readonly #receivers: Map<string, Receiver> = new Map();
  readonly #far: MemoryDevice;
  readonly #stack: Stack;

  constructor({ telescope, streams, onFrame, onEvent }: LinkComponents) {
    this.telescope = telescope;
    this.#onFrame = onFrame;
    const [far, near] = memoryLink({ medium: 'ethernet', slots: 256 });
    this.#far = far;
    this.#stack = honeypots({ telescope, device: near, clock: this.clock, streams, onEvent });
  }

  /** Does something `delaySeconds` from now. */
  after(delaySeconds: number, action: () => void): void {
    this.#actions.push(this.clock.nowSeconds() + Math.max(0, delaySeconds), action);
  }

  /** Puts a frame on the link now. */
  send(frame: Uint8Array): void {
    this.#record(frame);
    if (readMac(frame, 0) === SENSOR_MAC) return this.#toSensor(frame);
    const answer = isLive(readU32(frame, IP_START + 16)) ? answerOfLive(frame) : null;
    if (answer !== null)
      this.after(LIVE_DELAY_SECONDS, () => {
        this.#record(answer);
        this.#toClient(answer, 0, answer.length);
      });
  }

  /** Hands the segments of a connection to its source. Returns what ends that. */
  listen(ends: Ends, receiver: Receiver): () => void {
    const key = `${ends.source}:${ends.sourcePort}:${ends.destination}:${ends.destinationPort}`;
    this.#receivers.set(key, receiver);
    return () => void this.#receivers.delete(key);
  }

  /** Lets time pass until nothing happens any more, at most `seconds` since the start. */
  run(seconds: number): void {
    const end = START_SECONDS + seconds;
    for (;;) {
      const next = Math.min(
        this.#actions.peekTime() ?? Number.POSITIVE_INFINITY,
        this.#stack.nextTimerSeconds(),
      );
      if (next > end) break;
      const now = this.clock.nowSeconds();
      // The stack's timers turn in ticks: what is due may be so a moment later.
      this.clock.advanceTo(Math.max(next, now));
      let acted = false;
      while ((this.#actions.peekTime() ?? Number.POSITIVE_INFINITY) <= this.clock.nowSeconds()) {
        this.#actions.pop()?.event();
        acted = true;
      }
      if (!acted && next <= now) this.clock.advanceTo(now + 1e-4);
      this.#settle();
    }
    this.clock.advanceTo(Math.max(end, this.clock.nowSeconds()));
  }

  #toSensor(frame: Uint8Array): void {
    const far = this.#far;
    const at = far.reserve();
    if (at < 0) throw new Error('the link to the sensor is full');
    far.transmitBuffer.set(frame, at);
    far.commit(frame.length);
    far.flush();
    this.#settle();
  }

  #settle(): void {
    for (let frames = 1; frames > 0;) {
      frames = this.#stack.work(BUDGET) + this.#far.receive(this.#fromSensor, BUDGET);
    }
  }

  readonly #fromSensor = ({ bytes, start, end }: ReceivedFrame): void => {
    this.#record(bytes.subarray(start, end));
    this.#toClient(bytes, start, end);
  };

  #toClient(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < TCP_START + 20 || bytes[start + IP_START + 9] !== TCP) return;
    const at = start + TCP_START;
    const key = `${readU32(bytes, start + 30)}:${readU16(bytes, at + 2)}:${readU32(bytes, start + 26)}:${readU16(bytes, at)}`;
    const receiver = this.#receivers.get(key);
    if (receiver === undefined) return;
    const packet = ipv4.parse(bytes.slice(start + IP_START, end));
    const segment = isMalformed(packet) ? packet : tcp.parse(packet.payload);
    if (isMalformed(segment)) throw new Error('the sensor sends whole segments');
    receiver(segment);
  }

  #record(frame: Uint8Array): void {
    this.frames++;
    this.#onFrame(frame, Math.round(this.clock.nowSeconds() * 1e6));
  }
}
