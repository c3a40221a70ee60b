// TCP is one for both protocols: its tests, over IPv6.
import { speakIpv6 } from '../../stack-test-support.ts';

speakIpv6();
await import('./tcp.test.ts');
await import('./options.test.ts');
await import('./tarpit.test.ts');
await import('./blind-segments.test.ts');
