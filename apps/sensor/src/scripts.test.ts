import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, type RunningDaemon, startDaemon } from './daemon-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';

const missing = missingForNamespaces('curl', 'ping');

const WEB = `#!/bin/sh
read request
printf 'HTTP/1.0 200 OK\\r\\n\\r\\n'
echo "asked: $request"
echo "argument: $1"
env | sort
echo "served $HONEYD_IP_SRC" >&2
`;
/** A worker of the protocol in docs/worker-protocol.md that answers every connection with its own number. */
const WORKER = `
process.stdin.on('data', (chunk) => { buffer = Buffer.concat([buffer, chunk]); take(); });
let buffer = Buffer.alloc(0);
function take() {
  while (buffer.length >= 9) {
    const length = buffer.readUInt32BE(5);
    if (buffer.length < 9 + length) return;
    const [type, id] = [String.fromCharCode(buffer[0]), buffer.readUInt32BE(1)];
    buffer = buffer.subarray(9 + length);
    if (type === 'D') { send('D', id, 'HTTP/1.0 200 OK\\r\\n\\r\\nworker ' + process.pid); send('E', id, ''); }
  }
}
function send(type, id, text) {
  const payload = Buffer.from(text);
  const head = Buffer.alloc(9);
  head.write(type); head.writeUInt32BE(id, 1); head.writeUInt32BE(payload.length, 5);
  process.stdout.write(Buffer.concat([head, payload]));
}
`;
/** Says who it is, and what it can do to the process whose number stands in a file. */
const SPY = `
read request
printf 'HTTP/1.0 200 OK\\r\\n\\r\\n'
target=$(cat target)
echo "user $(id -u) group $(id -g) $(id -G)"
kill -0 "$target" 2> /dev/null && echo "may end it"
head -c 1 "/proc/$target/environ" > /dev/null 2>&1 && echo "reads its environment"
head -c 1 "/proc/$target/mem" > /dev/null 2>&1 && echo "reads its memory"
ls "/proc/$target/fd" > /dev/null 2>&1 && echo "sees its files"
(: >> events.jsonl) 2> /dev/null && echo "writes its events"
setpriv --reuid 0 true 2> /dev/null && echo "becomes root"
echo over
`;
/** Leaves its session, its parent and its environment, and sleeps on. */
const LEAVE = `
read request
printf 'HTTP/1.0 200 OK\\r\\n\\r\\n'
setsid env -i sh -c '(setsid sleep 765432 &) &' > /dev/null 2>&1
setsid sh -c 'sleep 765432 & sleep 765432' &
echo gone
`;

const CONFIGURATION = `
create host
set host default tcp action reset
set host default udp action reset
add host tcp port 80 "./web.sh $dport"
add host tcp port 81 internal "worker ${process.execPath} worker.js"
add host tcp port 82 "perl -e 'fork while 1'"
add host tcp port 83 "perl bomb.pl"
add host tcp port 84 "perl memory.pl"
add host tcp port 85 "/nowhere/script"
add host tcp port 86 proxy 10.9.9.9:80
add host tcp port 87 "sh spy.sh"
add host tcp port 88 "sh leave.sh"
add host udp port 53 "cat"
bind 10.3.0.5 host
`;

describe.skipIf(missing !== null)('scripts behind ports of a daemon', () => {
  let daemon: RunningDaemon;

  beforeAll(async () => {
    daemon = await startDaemon(CONFIGURATION, [], {
      'web.sh': WEB,
      'worker.js': WORKER,
      'bomb.pl': 'fork while 1',
      'spy.sh': SPY,
      'leave.sh': LEAVE,
      'memory.pl': '$| = 1; push @x, "x" x 1e6 while 1',
    });
  });

  afterAll(() => daemon.remove());

  const curl = (port: number, seconds = 2) =>
    daemon.pair.client('curl', '-s', '-m', String(seconds), `http://10.3.0.5:${port}/`);

  it('speak with whoever connects, and know who that is and nothing else', async () => {
    const { stdout } = await curl(80);
    const [request, argument, ...environment] = stdout.trim().split('\n');
    expect(request).toMatch(/^asked: GET \/ HTTP\/1\.1/);
    expect(argument).toBe('argument: 80');
    const names = environment.map((line) => line.split('=')[0]);
    expect(
      names.filter((name) => name !== 'PWD' && name !== '_' && name !== 'OLDPWD' && name !== 'SHLVL'),
    ).toEqual([
      'HONEYD_DST_PORT',
      'HONEYD_IP_DST',
      'HONEYD_IP_SRC',
      'HONEYD_PERSONALITY',
      'HONEYD_SRC_PORT',
      'HONEYD_TEMPLATE_NAME',
      'PATH',
    ]);
    expect(environment).toContain('HONEYD_IP_SRC=10.9.8.2');
    expect(environment).toContain('HONEYD_IP_DST=10.3.0.5');
    expect(environment).toContain('HONEYD_DST_PORT=80');
  });

  it('write into the service log and the events', async () => {
    await curl(80);
    await expect
      .poll(() => daemon.lines('service.log').at(-1))
      .toMatch(
        /^\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.\d{4} tcp\(6\) 10\.9\.8\.2 \d+ 10\.3\.0\.5 80: \|served 10\.9\.8\.2\|$/,
      );
    await expect
      .poll(() => eventsOf(daemon))
      .toContainEqual(
        expect.objectContaining({ event: 'service.message', text: 'served 10.9.8.2', dst_port: 80 }),
      );
    await expect
      .poll(() => eventsOf(daemon))
      .toContainEqual(
        expect.objectContaining({
          event: 'service.data',
          dst_port: 80,
          payload_length: expect.any(Number) as number,
        }),
      );
  });

  it('that are workers serve all connections in one process', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => curl(81)));
    const said = new Set(answers.map(({ stdout }) => stdout));
    expect(said.size).toBe(1);
    expect([...said][0]).toMatch(/^worker \d+$/);
    expect(processesWith('worker.js')).toHaveLength(1);
  });

  it('that fork for ever or eat memory end, and the daemon answers on', async () => {
    // The client waits until they have ended: were it to go first, they would end with their connection.
    await Promise.all([curl(83, 30), curl(84, 30)]);
    const said = (pattern: RegExp): boolean => daemon.lines('service.log').some((line) => pattern.test(line));
    await expect.poll(() => said(/ 84: \|/), { timeout: 5000 }).toBe(true);
    await expect.poll(() => said(/ 83: \|had \d+ processes\|/), { timeout: 5000 }).toBe(true);
    const { stdout } = await daemon.pair.client('ping', '-c', '1', '-w', '5', '10.3.0.5');
    expect(stdout).toContain('1 received');
    await expect.poll(() => processesWith('bomb.pl'), { timeout: 5000 }).toEqual([]);
    expect((await curl(80)).stdout).toContain('asked: GET');
  });

  it('run as a user of their own, who can do nothing to the sensor', async () => {
    const targets = processes().filter(({ command }) => command.includes(daemon.file('honeyd.conf')));
    const hosts = processes().filter(({ command }) => command.includes('script-host.js'));
    expect(targets.length).toBeGreaterThan(0);
    expect(hosts).toHaveLength(1);
    for (const { id } of [...targets, ...hosts]) {
      writeFileSync(daemon.file('target'), String(id));
      // oxlint-disable-next-line no-await-in-loop -- the file is read by the script
      expect((await curl(87)).stdout).toBe('user 65533 group 65533 65533\nover\n');
    }
    const { stdout } = await daemon.ask('status');
    expect(stdout).toMatch(/^scripts +run as user 65533$/m);
  });

  it('take everything that they have started with them, whatever it has left', async () => {
    expect((await curl(88)).stdout).toBe('gone\n');
    await expect.poll(() => processesWith('765432'), { timeout: 5000 }).toEqual([]);
  });

  it('answer datagrams, too', async () => {
    const ask = 'exec 3<>/dev/udp/10.3.0.5/53; printf hello >&3; timeout 5 head -c 5 <&3';
    expect((await daemon.pair.client('bash', '-c', ask)).stdout).toBe('hello');
  });

  it('that are not there are reported in the service log', async () => {
    await curl(85);
    await expect.poll(() => daemon.lines('service.log').some((line) => line.includes(' 85: |'))).toBe(true);
  });

  it('end with the daemon, with all that they have started', async () => {
    daemon.child.kill('SIGTERM');
    expect((await daemon.ended).code).toBe(0);
    await expect.poll(() => processesWith('worker.js'), { timeout: 5000 }).toEqual([]);
    await expect.poll(() => processesWith('script-host.js'), { timeout: 5000 }).toEqual([]);
  });
});

/** Living processes of this machine with the text in their command line. */
function processesWith(text: string): readonly string[] {
  return processes()
    .filter(({ command }) => command.includes(text))
    .map(({ command }) => command);
}

function processes(): readonly { readonly id: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return stat[0] === 'Z' ? [] : [{ id: Number(pid), command }];
      } catch {
        // It has ended in the meantime.
        return [];
      }
    });
}
