// The ten steps of docs/sensor.md from nothing to a service, executed in namespaces as far as they go without systemd at work.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingForNamespaces, outputOf } from './namespace-test-support.ts';

const missing = missingForNamespaces('unshare', 'setpriv', 'systemd-analyze', 'useradd', 'ping');
const root = resolve(import.meta.dirname, '../../..');

/** The commands of each step, by its number. */
function steps(): readonly string[] {
  const docs = readFileSync(join(root, 'docs/sensor.md'), 'utf8');
  const part = docs.slice(docs.indexOf('## As a service'), docs.indexOf('## What it answers for'));
  return Array.from(part.matchAll(/^(\d+)\. .*?```sh\n(.*?)```/gms), ([, number = '', commands = '']) => {
    expect(Number(number)).toBeLessThanOrEqual(10);
    return commands.replaceAll(/^ +/gm, '').trim();
  });
}

/** What systemd would start, as it would: the words of ExecStart with the variables of sensor.env. */
const START = String.raw`
set -a; . /etc/wormwood/sensor.env; set +a
command=$(sed -n '/^ExecStart=/,/[^\\]$/p' /etc/systemd/system/wormwood-sensor.service | sed 's/^ExecStart=//; s/\\$//' | tr '\n' ' ')
install -d -o wormwood -g wormwood /var/log/wormwood /run/wormwood
exec setpriv --reuid wormwood --regid wormwood --clear-groups --inh-caps -all,+net_raw --ambient-caps -all,+net_raw \
  --bounding-set -all,+net_raw --no-new-privs sh -c "exec $command"
`;

/** Of systemd; it needs no system that systemd runs. */
const VERIFIER = 'systemd-analyze';

describe.skipIf(missing !== null)('the steps from nothing to a service', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'wormwood-service-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('are ten, and lead to a sensor that answers', { timeout: 120_000 }, async () => {
    const found = steps();
    expect(found).toHaveLength(10);
    // The program is here and compiled, and nobody enables a unit without systemd.
    const executed = found.map((commands, index) =>
      [0, 1].includes(index) || commands.startsWith('systemctl') ? ': left out' : commands,
    );
    const script = join(directory, 'steps.sh');
    writeFileSync(
      script,
      `set -eu
# Of the machine, what the steps change: copies of their own.
mount --make-rprivate /
for d in /etc /usr/local/bin; do mkdir -p "${directory}$d"; cp -a $d/. "${directory}$d/"; mount --bind "${directory}$d" $d; done
mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/log; mount -t tmpfs tmpfs /opt
mkdir /opt/wormwood; mount --bind ${root} /opt/wormwood
ip link set lo up
ip link add eth0 type veth peer name far
ip netns add visitor 2>/dev/null || { mkdir -p /run/netns; ip netns add visitor; }
ip link set far netns visitor
ip -n visitor address add 192.0.2.250/24 dev far; ip -n visitor link set far up
${executed.map((commands, index) => `echo "step ${index + 1}"\n${commands}`).join('\n')}
( ${START} ) & sensor=$!
trap 'kill -TERM $sensor 2>/dev/null || true' EXIT
for i in $(seq 100); do [ -S /run/wormwood/sensor.sock ] && break; sleep 0.2; done
sleep 1
ip netns exec visitor ping -c 2 -W 5 "$1"
wormwood net status
kill -TERM $sensor; wait $sensor; echo "ended $?"
tail -n 1 /var/log/wormwood/events.jsonl
`,
    );
    const example = readFileSync(join(root, 'honeynets/small-office.conf'), 'utf8');
    const bound = /^bind (\d+\.\d+\.\d+\.\d+) /m.exec(example)?.[1] ?? '';
    const { stdout, stderr } = await outputOf(
      spawn('unshare', ['--mount', '--net', 'sh', script, bound], { env: { PATH: process.env['PATH'] } }),
    );
    expect(stdout, stderr).toContain('step 10');
    expect(stdout, stderr).toMatch(/[12] received/);
    expect(stdout).toContain('answers for');
    expect(stdout, stderr).toContain('ended 0');
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('"event":"sensor.stop"');
  });

  it('the unit names no directive that systemd does not know', () => {
    const unit = join(root, 'apps/sensor/systemd/wormwood-sensor.service');
    const { stderr } = spawnSync(VERIFIER, ['verify', unit], { encoding: 'utf8' });
    // The program need not be installed here.
    expect(
      stderr.split('\n').filter((line) => line.includes('wormwood') && !line.includes('not executable')),
    ).toEqual([]);
  });
});
