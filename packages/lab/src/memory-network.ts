/**
 * The lab's network in memory: a router with the hosts on one side and the honeynet on the other. Packets to unused addresses
 * end here, and packets to addresses outside the lab would only be counted: there is no way out.
 */
import type { AddressSet } from '@wormwood/base';
import { type LinkDevice, type MemoryDevice, memoryLink, type ReceivedFrame } from '@wormwood/netstack';
import { ipv4, readU32 } from '@wormwood/wire';

export interface MemoryNetworkCounts {
  readonly toHosts: number;
  readonly toHoneynet: number;
  /** Packets to unused addresses of the lab. */
  readonly unanswered: number;
  /** Packets to addresses outside the lab; above 0 only if the lab is broken. */
  readonly strayed: number;
}

const SLOTS = 1024;

export class MemoryNetwork {
  /** The devices of the hosts and of the honeynet. */
  readonly hosts: LinkDevice;
  readonly honeynet: LinkDevice;
  readonly #hosts: MemoryDevice;
  readonly #honeynet: MemoryDevice;
  readonly #components: MemoryNetworkComponents;
  readonly #counts = { toHosts: 0, toHoneynet: 0, unanswered: 0, strayed: 0 };

  constructor(components: MemoryNetworkComponents) {
    const options = { medium: 'ip' as const, slots: SLOTS };
    [this.hosts, this.#hosts] = memoryLink(options);
    [this.honeynet, this.#honeynet] = memoryLink(options);
    this.#components = components;
  }

  /** Forwards every waiting frame. Returns how many were delivered. */
  forward(): number {
    const before = this.#counts.toHosts + this.#counts.toHoneynet;
    this.#hosts.receive(this.#route, SLOTS);
    this.#honeynet.receive(this.#route, SLOTS);
    const passed = this.#counts.toHosts + this.#counts.toHoneynet - before;
    if (passed > 0) {
      this.#hosts.flush();
      this.#honeynet.flush();
    }
    return passed;
  }

  counts(): MemoryNetworkCounts {
    return { ...this.#counts };
  }

  readonly #route = ({ bytes, start, end }: ReceivedFrame): void => {
    const destination = readU32(bytes, start + ipv4.field.destination);
    const components = this.#components;
    if (components.isHost(destination)) {
      this.#counts.toHosts++;
      pass(this.#hosts, bytes, start, end);
    } else if (components.isHoneypot(destination)) {
      this.#counts.toHoneynet++;
      pass(this.#honeynet, bytes, start, end);
    } else if (components.space.contains(destination)) this.#counts.unanswered++;
    else this.#counts.strayed++;
  };
}

export interface MemoryNetworkComponents {
  readonly space: AddressSet;
  isHost(address: number): boolean;
  isHoneypot(address: number): boolean;
}

/** The queues hold more frames than a single probe causes. */
function pass(to: LinkDevice, bytes: Uint8Array, start: number, end: number): void {
  const at = to.reserve();
  if (at < 0) return;
  to.transmitBuffer.set(bytes.subarray(start, end), at);
  to.commit(end - start);
}
