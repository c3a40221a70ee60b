/**
 * A TUN interface (Linux Documentation/networking/tuntap): packets without Ethernet, one system call each. It is made when
 * it does not exist, and goes away with the process unless it was made to stay.
 */
import type { FrameReceiver } from '@wormwood/netstack';
import * as libc from './libc.ts';
import type { SensorDevice } from './sensor-device.ts';

const O_RDWR_NONBLOCK_CLOEXEC = 0o2 | 0o4000 | 0o2000000;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 1;
/** No four octets in front of each packet. */
const IFF_NO_PI = 0x1000;
const IFNAMSIZ = 16;
const IFREQ_BYTES = 40;
const PACKET_BYTES_MAX = 65_535;

export class TunDevice implements SensorDevice {
  readonly medium = 'ip' as const;
  readonly mtuBytes: number;
  readonly fd: number;
  readonly transmitBuffer: Uint8Array;
  readonly #received: Uint8Array = new Uint8Array(PACKET_BYTES_MAX);
  #dropped = 0;

  /** Throws the system's error: `EPERM` without CAP_NET_ADMIN, `ENOENT` without /dev/net/tun, `EBUSY`. */
  constructor(name: string, mtuBytes: number = 1500) {
    this.mtuBytes = mtuBytes;
    this.transmitBuffer = new Uint8Array(PACKET_BYTES_MAX);
    this.fd = libc.open('/dev/net/tun', O_RDWR_NONBLOCK_CLOEXEC);
    if (this.fd < 0) throw libc.systemError('/dev/net/tun');
    const request = new Uint8Array(IFREQ_BYTES);
    request.set(new TextEncoder().encode(name).subarray(0, IFNAMSIZ - 1));
    new DataView(request.buffer).setUint16(IFNAMSIZ, IFF_TUN | IFF_NO_PI, true);
    if (libc.ioctl(this.fd, TUNSETIFF, request) < 0) {
      const error = libc.systemError('TUNSETIFF');
      libc.close(this.fd);
      throw error;
    }
  }

  receive(receiver: FrameReceiver, budget: number): number {
    let delivered = 0;
    while (delivered < budget) {
      const length = libc.read(this.fd, this.#received, PACKET_BYTES_MAX);
      if (length <= 0) break;
      // The sender is the machine's own kernel, which leaves no checksum to hardware here.
      receiver(this.#received, 0, length, false);
      delivered++;
    }
    return delivered;
  }

  reserve(): number {
    return 0;
  }

  commit(lengthBytes: number): void {
    if (libc.write(this.fd, this.transmitBuffer, lengthBytes) < 0) this.#dropped++;
  }

  flush(): void {}

  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  close(): void {
    libc.close(this.fd);
  }
}
