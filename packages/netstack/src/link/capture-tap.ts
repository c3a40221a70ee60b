/**
 * A device that shows every frame of another one, both ways, to a sink that writes pcapng. One file of the whole device is
 * one sink; `sessionTap` has one for each flow.
 */
import type { Clock } from '@wormwood/base';
import { captureFrame } from './capture-blocks.ts';
import type { LinkDevice } from './device.ts';
import { TappedDevice } from './tapped-device.ts';

export interface CaptureTapComponents {
  readonly device: LinkDevice;
  readonly clock: Clock;
  /** The zero of the clock, in seconds since 1970-01-01 UTC. */
  readonly originSeconds: number;
  /** Takes the next octets of the file; they belong to the sink. A sink that throws stops the device. */
  readonly write: (octets: Uint8Array) => void;
}

/** Returns the device. What a file begins with, `captureHead`, is the sink's to write. */
export function captureTap({ device, clock, originSeconds, write }: CaptureTapComponents): LinkDevice {
  return new TappedDevice(device, (bytes, start, end, direction) => {
    write(
      captureFrame(bytes.subarray(start, end), direction, {
        clockSeconds: clock.nowSeconds(),
        originSeconds,
      }),
    );
  });
}
