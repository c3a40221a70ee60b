/** A valid configuration, for tests of `net`. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

export const SOUND: string = `create web
set web personality "Linux 2.4.20"
set web default tcp action closed
add web tcp port 80 "sh web.sh $ipsrc"
add web udp port 53 proxy 10.9.9.9:53
dynamic both
add both use web if time between 8:00am - 5:30pm
add both otherwise use web
bind 10.1.0.0/24 web
bind 10.1.0.7 both
route entry 10.0.0.1 network 10.0.0.0/8
route 10.0.0.1 add net 10.1.0.0/24 10.1.0.1 latency 15ms loss 2
route 10.1.0.1 link 10.1.0.0/24
`;

export function withConfiguration(text: string, body: (path: string) => Promise<void>): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'honeyd.conf');
    writeFileSync(path, text);
    // The script of SOUND, where the user of scripts may read it.
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'web.sh'), '#!/bin/sh\n', { mode: 0o755 });
    await body(path);
  });
}
