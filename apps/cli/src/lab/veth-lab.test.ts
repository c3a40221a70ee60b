// The lab over the kernel's interfaces, router and firewall: closed before it starts, enforced while it runs.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomStreams } from '@wormwood/base';
import { checkLab } from '@wormwood/files/lab';
import { describe, expect, it } from 'vitest';
import { runLabOnVeth } from './run-on-veth.ts';
import { vethNetwork, waysOut } from './veth-network.ts';

const PREFIX = { address: 0x0a42_0000, prefixLength: 20 };
const HOSTS = [0x0a42_0001, 0x0a42_0002];
const LAB = `version: 1
scenario:
  version: 1
  name: short
  duration: 4s
  space: 10.66.0.0/20
  population: {vulnerable: 200, infected: 20}
  worm: {scanRate: 6/s}
  defenses: [{kind: honeypots, count: 1024, start: 1500ms}]
  sample: 100ms
`;

function reasonNotToRun(): string | undefined {
  if (process.getuid?.() !== 0) return 'namespaces need root';
  if (spawnSync('nft', ['--version']).status !== 0) return 'nft is not installed';
  return spawnSync('unshare', ['--net', 'true']).status === 0 ? undefined : 'no right to make namespaces';
}

const reason = reasonNotToRun();
if (reason !== undefined) {
  if (process.env['WORMWOOD_REQUIRE_ALL'] === '1') throw new Error(reason);
  console.log(`the lab over interfaces is not tested: ${reason}`);
}

function namesOfThisProcess(): readonly string[] {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return names.split('\n').filter((name) => name.startsWith(`wwlab${process.pid}n`));
}

describe.skipIf(reason !== undefined)('the network of a lab', () => {
  it.each([
    ['a default route', ['route', 'add', 'default', 'via', '169.254.9.9', 'dev', 'honey1', 'onlink']],
    ['a route to another network', ['route', 'add', '192.0.2.0/24', 'dev', 'hosts1']],
    ['a route to more than the lab', ['route', 'add', '10.66.0.0/16', 'dev', 'hosts1']],
    ['another interface', ['link', 'add', 'uplink', 'type', 'veth']],
  ])('does not open its interfaces when the router has %s', (_, words) => {
    const network = vethNetwork(PREFIX, HOSTS);
    try {
      expect(waysOut(network.labName, PREFIX)).toEqual([]);
      expect(waysOut(network.routerName, PREFIX)).toEqual([]);
      execFileSync('ip', ['-n', network.routerName, ...words]);
      expect(waysOut(network.routerName, PREFIX)).not.toEqual([]);
      expect(() => network.open()).toThrow(/The lab does not start because it is not closed/);
    } finally {
      network.remove();
    }
  });

  it('is not closed either when the namespace of the hosts has a way out', () => {
    const network = vethNetwork(PREFIX, HOSTS);
    try {
      execFileSync('ip', ['-n', network.labName, 'route', 'add', 'default', 'dev', 'hosts0']);
      expect(() => network.open()).toThrow(/has a route to default by hosts0/);
    } finally {
      network.remove();
    }
    expect(namesOfThisProcess()).toEqual([]);
  });

  it('carries a lab in real time; nftables keeps back what immunized hosts send', async () => {
    const check = checkLab(LAB, 'short.yaml');
    if (!check.ok) throw new Error(check.diagnostics[0]?.message);
    const { lab, outbreak } = check;
    const plan = { lab, outbreak, streams: randomStreams('3'), replicate: 0 };
    const found = await runLabOnVeth(plan, () => false);
    const { trajectory, counts, contacts, audit } = found!.run;
    for (const [sample, susceptible] of trajectory.susceptible.entries()) {
      expect(susceptible + trajectory.infected[sample]! + trajectory.immunized[sample]!).toBe(200);
    }
    const immunized = contacts.filter(({ immunizedSeconds }) => immunizedSeconds !== null);
    expect(immunized.length).toBeGreaterThan(0);
    expect(audit.match(/"response.done"/g)).toHaveLength(immunized.length);
    // Each verdict rests on handshakes with at least two honeypots, none of them before the honeypots began.
    for (const { contacts: count, contactSeconds } of immunized) {
      expect(count).toBeGreaterThanOrEqual(2);
      expect(contactSeconds).toBeGreaterThanOrEqual(1.5);
    }
    // The hosts scan on. Whatever they sent once the set held them was dropped: the last packets may still be on their way.
    expect(counts.immunizedProbes).toBeGreaterThan(0);
    expect(found!.droppedPackets).toBeGreaterThanOrEqual(0.5 * counts.immunizedProbes);
    expect(counts.immunizedInfections).toBe(0);
    expect(counts.dropped).toBe(0);
    expect(namesOfThisProcess()).toEqual([]);
  }, 30_000);

  it('ends when asked to, leaves nothing behind, and has no result then', async () => {
    const check = checkLab(LAB, 'short.yaml');
    if (!check.ok) throw new Error(check.diagnostics[0]?.message);
    const plan = { lab: check.lab, outbreak: check.outbreak, streams: randomStreams('3'), replicate: 0 };
    expect(await runLabOnVeth(plan, () => true)).toBeNull();
    expect(namesOfThisProcess()).toEqual([]);
  });
});
