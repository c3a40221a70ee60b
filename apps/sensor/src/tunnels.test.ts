// Tunnels of a topology against those of Linux. GRE is a module that not every kernel has, so the far end is a kernel in
// user space, of Debian's package user-mode-linux, on the client's interface.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingForNamespaces, type NamespacePair, namespacePair } from './namespace-test-support.ts';
import { startSensor } from './sensor-test-support.ts';
import { wholeRegisterLibrary } from './wide-registers-test-support.ts';

const missing = missingForNamespaces('ping', 'linux.uml', 'insmod', 'gcc');

/** The files of a module of that kernel, those that it needs first. */
function moduleFiles(name: string): readonly string[] {
  const root = '/usr/lib/uml/modules';
  const [release = ''] = readdirSync(root);
  const row = readFileSync(join(root, release, 'modules.dep'), 'utf8')
    .split('\n')
    .find((line) => line.includes(`/${name}.ko:`));
  const [file = '', needed = ''] = (row ?? '').split(':');
  return [...needed.split(' ').filter(Boolean).toReversed(), file].map((path) => join(root, release, path));
}

/** What `commands` print in a Linux of its own, whose interface `vec0` is the client's. */
async function inOwnKernel(pair: NamespacePair, commands: readonly string[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-kernel-'));
  const init = join(directory, 'init');
  writeFileSync(
    init,
    [
      '#!/bin/sh',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      ...commands,
      'echo o > /proc/sysrq-trigger',
      'sleep 60',
      '',
    ].join('\n'),
    { mode: 0o755 },
  );
  // The kernel of the namespace must not answer in the other's place.
  execFileSync('ip', ['-n', pair.clientName, 'address', 'flush', 'dev', 'c0']);
  try {
    const { stdout } = await pair.client(
      'env',
      `LD_PRELOAD=${wholeRegisterLibrary(directory)}`,
      'timeout',
      '60',
      'linux.uml',
      'mem=96M',
      'quiet',
      `uml_dir=${directory}`,
      'root=/dev/root',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      `init=${init}`,
      'vec0:transport=raw,ifname=c0',
      'con=null',
      'con0=null,fd:1',
    );
    return stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe.skipIf(missing !== null)('a tunnel to the kernel', () => {
  it('carries pings and a refused connection there and back', { timeout: 90_000 }, async () => {
    const pair = namespacePair('10.9.8.2/24', []);
    const running = startSensor(
      pair,
      `create host
set host default tcp action reset
add host tcp port 80 open
bind 10.4.0.5 host
bind 10.3.0.1 host
route entry 10.3.0.1
route 10.3.0.1 link 10.4.0.0/16
route 10.3.0.1 add net 192.168.77.0/24 tunnel 10.3.0.1 10.9.8.2
`,
    );
    try {
      const printed = await inOwnKernel(pair, [
        'mount -t proc proc /proc',
        ...moduleFiles('ip_gre').map((file) => `insmod ${file}`),
        'ip link set lo up',
        'ip address add 10.9.8.2/24 dev vec0',
        'ip link set vec0 up',
        'ip route add 10.3.0.0/16 dev vec0',
        'ip tunnel add g0 mode gre remote 10.3.0.1 local 10.9.8.2 ttl 64',
        'ip address add 192.168.77.2/24 dev g0',
        'ip link set g0 up',
        'ip route add 10.4.0.0/16 dev g0',
        'ping -c 3 -i 0.2 -w 10 -I 192.168.77.2 10.4.0.5',
        'curl --silent --show-error --max-time 10 http://10.4.0.5:81/ 2>&1',
        'ip -stats -json link show g0',
      ]);
      expect(printed).toContain('3 packets transmitted, 3 received');
      expect(printed).toMatch(/^curl: \(7\) /m);
      // Three answers and a reset.
      expect(printed).toContain('"rx":{"bytes":292,"packets":4,"errors":0');
    } finally {
      await running.close();
      pair.remove();
    }
  });
});
