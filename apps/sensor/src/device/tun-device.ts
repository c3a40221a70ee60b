/**
 * A TUN interface (Linux Documentation/networking/tuntap): packets without Ethernet, one system call each. It is made when
 * it does not exist, and goes away with the process unless it was made to stay.
 */
import { type FrameReceiver, ReusedFrame } from '@wormwood/netstack';
import { DeviceNews, type TransmitCounts } from './device-news.ts';
import { InterfaceFacts } from './interface-facts.ts';
import * as libc from './libc.ts';
import type { SensorDevice } from './sensor-device.ts';
import type { WireReport } from './wire-watch.ts';

const O_RDWR_NONBLOCK_CLOEXEC = 0o2 | 0o4000 | 0o2000000;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 1;
/** No four octets in front of each packet. */
const IFF_NO_PI = 0x1000;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;
const PACKET_BYTES_MAX = 65_535;
const MTU_BYTES_DEFAULT = 1500;

export class TunDevice implements SensorDevice {
  readonly medium = 'ip' as const;
  readonly fd: number;
  readonly transmitBuffer: Uint8Array = new Uint8Array(PACKET_BYTES_MAX);
  readonly #received: Uint8Array = new Uint8Array(PACKET_BYTES_MAX);
  readonly #frame: ReusedFrame = new ReusedFrame();
  readonly #news: DeviceNews;
  readonly #facts: InterfaceFacts;
  #mtuBytes: number;
  #sent = 0;
  #tooLong = 0;
  #refused = 0;
  /** Why a packet was refused. */
  #refusal: string | null = null;
  #lastWasRefused = false;
  #nowSeconds = 0;
  #sentBefore = 0;
  #leftSeconds: number | null = null;

  /** Throws the system's error: `EPERM` without CAP_NET_ADMIN, `ENOENT` without /dev/net/tun, `EBUSY`. */
  constructor(name: string) {
    this.fd = libc.open('/dev/net/tun', O_RDWR_NONBLOCK_CLOEXEC);
    if (this.fd < 0) throw libc.systemError('/dev/net/tun');
    const request = new Uint8Array(IFREQ_BYTES);
    request.set(new TextEncoder().encode(name).subarray(0, IFNAMSIZ - 1));
    new DataView(request.buffer).setUint16(IFNAMSIZ, IFF_TUN | IFF_NO_PI, true);
    try {
      if (libc.ioctl(this.fd, TUNSETIFF, request) < 0) throw libc.systemError('TUNSETIFF');
      this.#facts = new InterfaceFacts(libc.interfaceIndex(name));
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
    this.#mtuBytes = this.#facts.mtuBytes() ?? MTU_BYTES_DEFAULT;
    this.#news = new DeviceNews(name, this.#mtuBytes);
  }

  /** Largest IP packet that the interface takes now. */
  get mtuBytes(): number {
    return this.#mtuBytes;
  }

  receive(receiver: FrameReceiver, budget: number): number {
    let delivered = 0;
    while (delivered < budget) {
      const length = libc.read(this.fd, this.#received, PACKET_BYTES_MAX);
      if (length <= 0) break;
      // The sender is the machine's own kernel, which leaves no checksum to hardware here.
      receiver(this.#frame.of(this.#received, 0, length));
      delivered++;
    }
    return delivered;
  }

  reserve(): number {
    return 0;
  }

  commit(lengthBytes: number): void {
    if (lengthBytes > this.#mtuBytes) {
      this.#tooLong++;
      this.#refused++;
      return;
    }
    this.#lastWasRefused = libc.write(this.fd, this.transmitBuffer, lengthBytes) < 0;
    if (this.#lastWasRefused) {
      this.#refusal ??= libc.lastError();
      this.#refused++;
      this.#askMtu();
    } else this.#sent++;
  }

  flush(): void {}

  takeDropped(): number {
    return 0;
  }

  /** The kernel takes a packet in the call or refuses it, so there is nothing to try. */
  look(nowSeconds: number): readonly string[] {
    this.#nowSeconds = nowSeconds;
    if (this.#sent > this.#sentBefore) this.#leftSeconds = nowSeconds;
    this.#sentBefore = this.#sent;
    this.#askMtu();
    return this.#news.take(this.#mtuBytes, this.#counts(), this.#refusal);
  }

  wire(): WireReport {
    return {
      state: this.#lastWasRefused ? 'stuck' : this.#sent === 0 ? 'idle' : 'sending',
      mtuBytes: this.#mtuBytes,
      ...this.#counts(),
      secondsSinceLeft: this.#leftSeconds === null ? null : Math.max(0, this.#nowSeconds - this.#leftSeconds),
    };
  }

  close(): void {
    libc.close(this.fd);
    this.#facts.close();
  }

  #counts(): TransmitCounts {
    return { sent: this.#sent, refused: this.#refused, tooLong: this.#tooLong };
  }

  #askMtu(): void {
    this.#mtuBytes = this.#facts.mtuBytes() ?? this.#mtuBytes;
  }
}
