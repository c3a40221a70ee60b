/** A user-space network stack over `wire`: start with `link/device.ts`, where frames come and go. */

export type { FrameReceiver, LinkDevice } from './link/device.ts';
export {
  type FaultCounts,
  FaultInjector,
  type FaultInjectorComponents,
  type Faults,
} from './link/fault-injector.ts';
export { type MemoryDevice, memoryLink, type MemoryLinkOptions } from './link/memory-link.ts';
