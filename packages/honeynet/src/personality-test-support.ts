/** A key that every run of a test has again. */
import { randomStreams, siphashKeyOf } from '@wormwood/base';

export const TEST_SECRET: Uint8Array = siphashKeyOf(randomStreams('5').stream('test/secret'));
