/**
 * What the kernel says about a network interface now (netdevice(7)): its MTU, and whether it is up. The question goes over a
 * socket of the namespace in which the device was opened, by the interface's index, so neither a move nor a new name misleads it.
 */
import * as libc from './libc.ts';

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SIOCGIFNAME = 0x8910;
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFMTU = 0x8921;
const IFF_UP = 1;
const IFF_RUNNING = 0x40;
/** struct ifreq: a name of 16 octets, then a union. */
const IFREQ_BYTES = 40;
const IFREQ_UNION = 16;
/** The largest IP packet that there is. */
const MTU_MAX = 65_535;

export type InterfaceState = 'up' | 'down' | 'gone';

export class InterfaceFacts {
  readonly #fd: number;
  readonly #index: number;

  /** Opens the socket that asks; throws the system's error. */
  constructor(index: number) {
    this.#index = index;
    this.#fd = libc.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (this.#fd < 0) throw libc.systemError('socket');
  }

  /** Returns the MTU in octets, at most 65,535; null when the interface is gone. */
  mtuBytes(): number | null {
    const mtu = this.#ask(SIOCGIFMTU)?.getInt32(IFREQ_UNION, true);
    return mtu === undefined ? null : Math.min(mtu, MTU_MAX);
  }

  /** Returns whether the interface is up and has a carrier. */
  isRunning(): boolean {
    const flags = this.#ask(SIOCGIFFLAGS)?.getUint16(IFREQ_UNION, true) ?? 0;
    return (flags & (IFF_UP | IFF_RUNNING)) === (IFF_UP | IFF_RUNNING);
  }

  /** Returns `gone` for an interface that was deleted or moved away; `down` also where it has no carrier. */
  state(): InterfaceState {
    if (this.#ask(SIOCGIFFLAGS) === null) return 'gone';
    return this.isRunning() ? 'up' : 'down';
  }

  /** Returns its name now; null when it is gone. */
  name(): string | null {
    const request = new Uint8Array(IFREQ_BYTES);
    new DataView(request.buffer).setInt32(IFREQ_UNION, this.#index, true);
    if (libc.ioctl(this.#fd, SIOCGIFNAME, request) < 0) return null;
    return new TextDecoder().decode(request.subarray(0, request.indexOf(0)));
  }

  close(): void {
    libc.close(this.#fd);
  }

  #ask(question: number): DataView | null {
    const request = new Uint8Array(IFREQ_BYTES);
    const view = new DataView(request.buffer);
    view.setInt32(IFREQ_UNION, this.#index, true);
    if (libc.ioctl(this.#fd, SIOCGIFNAME, request) < 0) return null;
    request.fill(0, IFREQ_UNION);
    return libc.ioctl(this.#fd, question, request) < 0 ? null : view;
  }
}
