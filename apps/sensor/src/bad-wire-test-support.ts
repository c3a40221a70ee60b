/**
 * A kernel client and a place for a daemon, with bad weather between them: two veth pairs, and a relay of ours that loses,
 * repeats and reorders frames by a seed. The MTU of all four ends can be changed while it runs.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { type RandomStream, randomStreams } from '@wormwood/base';
import { inNetworkNamespace } from './device/namespace.ts';
import { PacketRing } from './device/packet-ring.ts';
import { addNamespace, type Output, outputOf } from './namespace-test-support.ts';

export interface Weather {
  /** Shares of the frames, each way. */
  readonly loss: number;
  readonly repetition: number;
  /** Frames that are held back until so many others have passed. */
  readonly delay: number;
  readonly delayFramesMax: number;
}

export interface BadWire {
  /** Starts a program in one of the namespaces. */
  start(where: 'client' | 'daemon', program: string, ...options: readonly string[]): ChildProcess;
  client(program: string, ...options: readonly string[]): Promise<Output>;
  /** Sets the MTU of every end. */
  setMtu(mtuBytes: number): void;
  /** Frames that came, and those that the relay lost, repeated or held back. */
  readonly counts: { frames: number; lost: number; repeated: number; delayed: number };
  remove(): void;
}

const ETHERNET_HEADER_BYTES = 14;
const ETHER_TYPE_IPV4 = 0x0800;
const TCP = 6;
const UDP = 17;
const BATCH_FRAMES = 512;
let made = 0;

/** Makes it; the client has 10.9.8.2/24 and routes 10.3.0.0/16 to the daemon's interface `d0`. */
export function badWire(weather: Weather, seed: string): BadWire {
  const stem = `wwb${process.pid}n${made++}`;
  const [client, relay, daemon] = [`${stem}c`, `${stem}r`, `${stem}d`] as const;
  const ip = (...words: readonly string[]): void => void execFileSync('ip', words);
  for (const name of [client, relay, daemon]) addNamespace(name);
  ip('-n', client, 'link', 'add', 'c0', 'type', 'veth', 'peer', 'name', 'r0', 'netns', relay);
  ip('-n', daemon, 'link', 'add', 'd0', 'type', 'veth', 'peer', 'name', 'r1', 'netns', relay);
  const ends = [
    [client, 'c0'],
    [relay, 'r0'],
    [relay, 'r1'],
    [daemon, 'd0'],
  ] as const;
  // A frame for each segment, as on a wire of its own.
  for (const [name, device] of ends) ip('-n', name, 'link', 'set', device, 'gso_max_segs', '1', 'up');
  ip('-n', client, 'address', 'add', '10.9.8.2/24', 'dev', 'c0');
  ip('-n', client, 'route', 'add', '10.3.0.0/16', 'dev', 'c0');
  const rings = inNetworkNamespace(relay, () => [
    new PacketRing({ interfaceName: 'r0' }),
    new PacketRing({ interfaceName: 'r1' }),
  ]) as [PacketRing, PacketRing];
  const counts = { frames: 0, lost: 0, repeated: 0, delayed: 0 };
  const streams = randomStreams(seed);
  const ways = [
    new Way(rings[0], rings[1], weather, streams.stream('there'), counts),
    new Way(rings[1], rings[0], weather, streams.stream('back'), counts),
  ];
  let isClosed = false;
  const turn = (): void => {
    if (isClosed) return;
    const moved = ways.reduce((sum, way) => sum + way.work(), 0);
    if (moved > 0) setImmediate(turn);
    else setTimeout(turn, 1);
  };
  turn();
  const start = (where: 'client' | 'daemon', program: string, ...options: readonly string[]): ChildProcess =>
    spawn('ip', ['netns', 'exec', where === 'client' ? client : daemon, program, ...options]);
  return {
    start,
    client: (program, ...options) => outputOf(start('client', program, ...options)),
    setMtu: (mtuBytes) => {
      for (const [name, device] of ends) ip('-n', name, 'link', 'set', device, 'mtu', String(mtuBytes));
      for (const ring of rings) ring.look(performance.now() / 1000);
    },
    counts,
    remove: () => {
      isClosed = true;
      for (const ring of rings) ring.close();
      for (const name of [client, relay, daemon]) ip('netns', 'delete', name);
    },
  };
}

/** Frames in one direction. */
class Way {
  readonly #from: PacketRing;
  readonly #to: PacketRing;
  readonly #weather: Weather;
  readonly #stream: RandomStream;
  readonly #counts: BadWire['counts'];
  #held: { readonly frame: Uint8Array; left: number }[] = [];

  constructor(
    from: PacketRing,
    to: PacketRing,
    weather: Weather,
    stream: RandomStream,
    counts: BadWire['counts'],
  ) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.#stream = stream;
    this.#counts = counts;
  }

  work(): number {
    const moved = this.#from.receive(({ bytes, start, end, checksumsVerified: isUnfinished }) => {
      const frame = bytes.slice(start, end);
      if (isUnfinished) finishChecksum(frame);
      this.#take(frame);
    }, BATCH_FRAMES);
    // A held frame must not wait for others that never come.
    if (moved === 0) this.#release(1);
    this.#to.flush();
    return moved;
  }

  #take(frame: Uint8Array): void {
    const { loss, repetition, delay, delayFramesMax } = this.#weather;
    this.#counts.frames++;
    const draw = this.#stream.nextDouble();
    if (draw < loss) this.#counts.lost++;
    else if (draw < loss + repetition) {
      this.#counts.repeated++;
      this.#send(frame);
      this.#send(frame);
    } else if (draw < loss + repetition + delay) {
      this.#counts.delayed++;
      this.#held.push({ frame, left: 1 + this.#stream.nextBelow(delayFramesMax) });
    } else this.#send(frame);
    this.#release(1);
  }

  #release(passed: number): void {
    for (const entry of this.#held) entry.left -= passed;
    const due = this.#held.filter(({ left }) => left < 0);
    this.#held = this.#held.filter(({ left }) => left >= 0);
    for (const { frame } of due) this.#send(frame);
  }

  #send(frame: Uint8Array): void {
    const at = this.#to.reserve();
    if (at < 0) return;
    this.#to.transmitBuffer.set(frame, at);
    this.#to.commit(frame.length);
  }
}

/** The kernel leaves the checksum of TCP and UDP to hardware that a veth pair does not have (RFC 9293 3.1, RFC 768). */
function finishChecksum(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== ETHER_TYPE_IPV4) return;
  const ip = ETHERNET_HEADER_BYTES;
  const start = ip + (frame[ip]! & 15) * 4;
  const end = ip + view.getUint16(ip + 2);
  const protocol = frame[ip + 9]!;
  const at = protocol === TCP ? start + 16 : protocol === UDP ? start + 6 : null;
  if (at === null) return;
  view.setUint16(at, 0);
  let sum = protocol + end - start;
  for (let i = ip + 12; i < ip + 20; i += 2) sum += view.getUint16(i);
  for (let i = start; i < end; i += 2) sum += i + 1 < end ? view.getUint16(i) : frame[i]! << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at, ~sum & 0xffff);
}
