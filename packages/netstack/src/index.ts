/** A user-space network stack over `wire`: start with `link/device.ts`, where frames come and go. */

export type { FrameReceiver, LinkDevice } from './link/device.ts';
