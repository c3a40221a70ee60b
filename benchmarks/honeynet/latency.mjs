/**
 * The round trip of a lone ping to an idle daemon, and one TCP connection out of a script, both with the kernel's own tools
 * on the other side; the script runs on the client's core. Prints lines of JSON.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOAD_CORE, directory, inClient, makePair, requireNamespaces, startDaemon } from './pair.mjs';

const PINGS = 40;
const MEGABYTES = 500;

requireNamespaces();
const pair = makePair();
inClient(pair, 'ip', 'address', 'add', '10.9.8.2/24', 'dev', 'c0');
inClient(pair, 'ip', 'route', 'add', '10.3.0.0/16', 'dev', 'c0');
writeFileSync(
  join(directory, 'send.sh'),
  `#!/bin/sh\nexec taskset -c ${LOAD_CORE} head -c ${MEGABYTES}000000 /dev/zero\n`,
  {
    mode: 0o755,
  },
);
const configuration = `create host\nset host default tcp action reset\nadd host tcp port 80 "${directory}/send.sh"\nbind 10.3.0.5 host\n`;
const daemon = await startDaemon(pair, configuration);
try {
  inClient(pair, 'ping', '-c', '3', '-i', '0.1', '10.3.0.5');
  const said = inClient(pair, 'ping', '-c', String(PINGS), '-i', '0.1', '10.3.0.5');
  const times = [...said.matchAll(/time=([0-9.]+) ms/g)]
    .map(([, time]) => Number(time))
    .sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      benchmark: 'honeynet: round trip of a lone ping',
      medianMilliseconds: times[times.length >> 1],
      lowestMilliseconds: times[0],
      honeydMilliseconds: 16,
    }),
  );
  const curl = inClient(
    pair,
    'taskset',
    '-c',
    LOAD_CORE,
    'curl',
    '-s',
    '--http0.9',
    '-o',
    '/dev/null',
    '-w',
    '%{size_download} %{time_total}',
    'http://10.3.0.5/',
  );
  const [bytes, seconds] = curl.split(' ').map(Number);
  console.log(
    JSON.stringify({
      benchmark: 'honeynet: one TCP connection out of a script',
      megabytesPerSecond: Number((bytes / seconds / 1e6).toFixed(1)),
      megabytes: bytes / 1e6,
      honeydMegabytesPerSecond: 0.14,
    }),
  );
} finally {
  await daemon.stop();
  pair.remove();
}
