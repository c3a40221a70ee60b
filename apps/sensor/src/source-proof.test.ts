// Handshakes of real kernels on a switch: honest ones on the link and beyond a router, and those of a neighbor in the name of
// others. A neighbor's kernel has the address of the owner and says nothing when ARP asks for it.
import { parseIpv4 } from '@wormwood/base';
import { formatMac, parseMac } from '@wormwood/wire';
import { type Flow, silentObserver, type SourceProof } from '@wormwood/netstack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PacketRing } from './device/packet-ring.ts';
import { type Lan, lan, type LanMachine } from './lan-test-support.ts';
import { missingForNamespaces } from './namespace-test-support.ts';
import { componentsOf } from './sensor-test-support.ts';
import { Sensor } from './sensor.ts';

const missing = missingForNamespaces('curl', 'bridge');

const VIRTUAL = '10.9.8.100';
const HOST = '10.9.8.10';
const ROUTER = '10.9.8.1';
const ATTACKER = '10.9.8.66';
const NOBODY = '10.9.8.77';
const FAR = '203.0.113.5';

const CONFIGURATION = `create host
set host default tcp action reset
add host tcp port 80 open
bind ${VIRTUAL} host
`;

function ip(text: string): number {
  const address = parseIpv4(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
}

function mac(text: string): number {
  const address = parseMac(text);
  if (!address.ok) throw new Error(address.reason);
  return address.value;
}

describe.skipIf(missing !== null)('on a switch', () => {
  let link: Lan;
  let sensor: Sensor;
  let ended: Promise<void>;
  let host: LanMachine;
  let router: LanMachine;
  let attacker: LanMachine;
  let far: LanMachine;
  /** By source, the last proof of its last connection. */
  const proofs = new Map<number, { flow: Flow; proof: SourceProof }>();

  beforeAll(() => {
    link = lan();
    host = link.machine(`${HOST}/24`);
    router = link.machine(`${ROUTER}/24`);
    attacker = link.machine(`${ATTACKER}/24`);
    far = link.behind(router, { router: '203.0.113.1/24', machine: `${FAR}/24` });
    // It does not ask in the name of others, nor answer for them.
    attacker.ip('neighbor', 'add', VIRTUAL, 'lladdr', link.daemonMac, 'dev', 'e0');
    attacker.sysctl('net/ipv4/conf/all/arp_ignore', 8);
    const note = (flow: Flow, proof: SourceProof): void =>
      void proofs.set(Number(flow.remoteAddress), { flow, proof });
    sensor = new Sensor(
      componentsOf(CONFIGURATION, {
        device: link.inDaemon(
          () => new PacketRing({ interfaceName: 'd0', linkAddress: mac(link.daemonMac) }),
        ),
        linkAddress: mac(link.daemonMac),
        observer: { ...silentObserver, flowOpen: note, flowProof: note },
      }),
      {
        link: {
          networks: [{ first: ip('10.9.8.0'), last: ip('10.9.8.255'), vlan: 0 }],
          routers: [{ address: ip(ROUTER), vlan: 0 }],
          askFrom: () => ip(VIRTUAL),
        },
      },
    );
    ended = sensor.run();
  }, 60_000);

  afterAll(async () => {
    sensor?.close();
    await ended;
    link?.remove();
  });

  /** What the sensor makes of a connection that a kernel has opened and believes in: its proof, in words. */
  async function judged(machine: LanMachine, source: string): Promise<string> {
    proofs.delete(ip(source));
    const url = `http://${VIRTUAL}/`;
    const { code } = await machine.run('curl', '--silent', '--max-time', '0.4', '--interface', source, url);
    // 28: it was connected, and no answer came.
    expect(code).toBe(28);
    for (let i = 0; i < 60; i++) {
      const found = proofs.get(ip(source))?.proof;
      if (found !== undefined && found.kind !== 'pending')
        return `${found.kind} ${found.forgeable ?? ''} ${formatMac(found.linkAddress ?? 0)}`;
      // oxlint-disable-next-line no-await-in-loop -- until the answers are in
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no proof of ${source}`);
  }

  it('knows the router that answers ARP', { timeout: 20_000 }, async () => {
    for (let i = 0; i < 60 && sensor.stack.sources.routers()[0]?.state !== 'answered'; i++) {
      // oxlint-disable-next-line no-await-in-loop -- until the answers are in
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(sensor.stack.sources.routers()).toMatchObject([{ linkAddress: mac(router.mac) }]);
  });

  it('proves an honest host on the link, and one beyond the router', { timeout: 20_000 }, async () => {
    expect(await judged(host, HOST)).toBe(`link  ${host.mac}`);
    expect(await judged(far, FAR)).toBe(`router  ${router.mac}`);
  });

  it('believes no neighbor in the name of a host, a proven one included', { timeout: 20_000 }, async () => {
    attacker.ip('address', 'add', `${HOST}/32`, 'dev', 'e0');
    expect(await judged(attacker, HOST)).toBe(`none arp-mismatch ${attacker.mac}`);
    attacker.sysctl('net/ipv4/conf/all/arp_ignore', 0);
    expect(await judged(attacker, HOST)).toBe(`none arp-conflict ${attacker.mac}`);
    attacker.sysctl('net/ipv4/conf/all/arp_ignore', 8);
    attacker.ip('address', 'delete', `${HOST}/32`, 'dev', 'e0');
    expect(await judged(host, HOST)).toBe(`link  ${host.mac}`);
  });

  it('believes no neighbor in the name of nobody, or of somebody far away', { timeout: 20_000 }, async () => {
    for (const address of [NOBODY, FAR]) attacker.ip('address', 'add', `${address}/32`, 'dev', 'e0');
    expect(await judged(attacker, NOBODY)).toBe(`none arp-silent ${attacker.mac}`);
    expect(await judged(attacker, FAR)).toBe(`none unknown-router ${attacker.mac}`);
    expect(await judged(far, FAR)).toBe(`router  ${router.mac}`);
  });
});
