/**
 * A device that shows every IPv4 frame of another one, both ways, to whoever keeps the packets of each session: a flow, as the
 * remote side sees it, until nothing has been heard of it for a while.
 */
import type { Clock } from '@wormwood/base';
import type { Flow } from '@wormwood/wire';
import { captureFrame } from './capture-blocks.ts';
import type { LinkDevice } from './device.ts';
import { flowOfFrame } from './frame-flow.ts';
import { TappedDevice } from './tapped-device.ts';

export interface SessionTapComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** The zero of the clock, in seconds since 1970-01-01 UTC. */
  readonly originSeconds: number;
  /** Takes a block of the flow's pcapng file; the flow is that of its first sender, the remote side. */
  readonly write: (flow: Flow, block: Uint8Array, nowSeconds: number) => void;
}

/** Returns a device that shows the frames of `device` by their flow. */
export function sessionTap({ device, clock, originSeconds, write }: SessionTapComponents): LinkDevice {
  return new TappedDevice(device, (bytes, start, end, direction) => {
    const flow = flowOfFrame(device.medium, bytes, start, end);
    if (flow === undefined) return;
    const clockSeconds = clock.nowSeconds();
    const block = captureFrame(bytes.subarray(start, end), direction, { clockSeconds, originSeconds });
    write(direction === 'in' ? flow : turned(flow), block, clockSeconds);
  });
}

function turned({ protocol, source, destination, sourcePort, destinationPort }: Flow): Flow {
  return {
    protocol,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  };
}
