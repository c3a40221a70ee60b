/**
 * How fast data comes out of a service of a host with a personality, one connection at a time to the kernel's own client, in turns with
 * a host of the plain stack in the same daemon. Prints a line of JSON for each personality.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../limit/compile.mjs';
import { ratio, ROUNDS } from './loads.mjs';
import { directory, inClient, LOAD_CORE, makePair, requireNamespaces, startDaemon } from './pair.mjs';

const NAMES = [
  'Linux 6.1',
  'Microsoft Windows 10',
  'FreeBSD 14',
  'OpenBSD 7',
  'lwIP 2 printer',
  'Cisco IOS 15 router',
];
const MEGABYTES = 10;
/** Connections to each host in a round. */
const TRIES = 5;

requireNamespaces();
const pair = makePair();
inClient(pair, 'ip', 'address', 'add', '10.9.8.2/24', 'dev', 'c0');
inClient(pair, 'ip', 'route', 'add', '10.3.0.0/16', 'dev', 'c0');
// Scripts run as a user of their own.
chmodSync(directory, 0o755);
const script = join(directory, 'send.sh');
const bytes = MEGABYTES * 1e6;
writeFileSync(script, `#!/bin/sh\nexec taskset -c ${LOAD_CORE} head -c ${bytes} /dev/zero\n`, {
  mode: 0o755,
});
const hostOf = (i) => `10.3.0.${i + 1}`;
const configuration = ['', ...NAMES]
  .map(
    (name, i) => `create p${i}
${name === '' ? '' : `set p${i} personality "${name}"`}
set p${i} default tcp action reset
add p${i} tcp port 80 "${script}"
bind ${hostOf(i)} p${i}
`,
  )
  .join('');

/** Megabytes a second of one connection. */
function take(host) {
  const format = '%{size_download} %{time_total}';
  const curl = ['curl', '-s', '--http0.9', '-o', '/dev/null', '-w', format, `http://${host}/`];
  const [octets, seconds] = inClient(pair, 'taskset', '-c', LOAD_CORE, ...curl)
    .split(' ')
    .map(Number);
  if (octets !== bytes) throw new Error(`${octets} octets came from ${host}`);
  return octets / seconds / 1e6;
}

const daemon = await startDaemon(pair, configuration);
try {
  for (const [i, name] of NAMES.entries()) {
    const speeds = Array.from({ length: ROUNDS * TRIES }, () => ({
      plain: take(hostOf(0)),
      ours: take(hostOf(i + 1)),
    }));
    const ours = median(speeds.map((each) => each.ours));
    const plain = median(speeds.map((each) => each.plain));
    console.log(
      JSON.stringify({
        benchmark: `honeynet: 10 MB out of a script as ${name}`,
        reference: 'the plain stack',
        megabytesPerSecond: Number(ours.toFixed(1)),
        referenceMegabytesPerSecond: Number(plain.toFixed(1)),
        ratio: ratio(ours, plain),
      }),
    );
  }
} finally {
  await daemon.stop();
  pair.remove();
}
