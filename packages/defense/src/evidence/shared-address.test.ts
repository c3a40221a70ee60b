// Many clients behind one address, against their own law: every course of a few contacts, each with its exact probability.
import { describe, expect, it } from 'vitest';
import { randomStreams } from '@wormwood/base';
import { portKey } from './evidence-detector.ts';
import { innocentPortShare } from './innocent-ports.ts';
import { OnePort, SharedAddress } from './shared-address.ts';
import { SourceRows } from './source-rows.ts';

const tcp = (destinationPort: number): number => portKey({ protocol: 'tcp', destinationPort });
const udp = (destinationPort: number): number => portKey({ protocol: 'udp', destinationPort });
/** Ports whose bounds add up to one, so that the urn may have exactly these shares. */
const PORTS = [tcp(443), tcp(80), udp(443), udp(53), udp(123)];
const SPREAD = 10;

function sharedAddress(): SharedAddress {
  const rows = new SourceRows(1);
  const shared = new SharedAddress(rows);
  rows.take();
  return shared;
}

/** Sum over all courses of so many contacts: probability for the clients, times what the test makes of the course. */
function expected(contacts: number, of: (ratio: number) => number): number {
  let sum = 0;
  const go = (course: readonly number[], probability: number): void => {
    if (course.length === contacts) {
      const shared = sharedAddress();
      course.forEach((port, i) => shared.meet(0, port, i));
      sum += probability * of(shared.ratio(0));
      return;
    }
    for (const port of PORTS) {
      const known = course.filter((each) => each === port).length;
      const chance = (known + SPREAD * innocentPortShare(port)) / (course.length + SPREAD);
      go([...course, port], probability * chance);
    }
  };
  go([], 1);
  return sum;
}

describe('the ratio for many clients behind one address', () => {
  it('is no more than 1 on average, where the clients do what the law says', () => {
    expect(PORTS.reduce((sum, port) => sum + innocentPortShare(port), 0)).toBeCloseTo(1, 12);
    for (const contacts of [1, 2, 4, 6]) {
      expect(expected(contacts, () => 1)).toBeCloseTo(1, 10);
      expect(expected(contacts, Math.exp)).toBeLessThanOrEqual(1);
    }
  });

  it('passes 1/α with probability α at most', () => {
    const stream = randomStreams('7').stream('test/shared-address');
    const [runs, alpha] = [20_000, 0.01];
    let passed = 0;
    for (let run = 0; run < runs; run++) {
      const shared = sharedAddress();
      const course: number[] = [];
      let isPassed = false;
      for (let contacts = 0; contacts < 60; contacts++) {
        const again = stream.nextDouble() * (contacts + SPREAD);
        let port = course[Math.floor(again)] ?? 0;
        // A new one, in the shares: 0.3, 0.2, 0.2, 0.2, 0.1.
        if (again >= contacts) port = PORTS[[0, 0, 0, 1, 1, 2, 2, 3, 3, 4][stream.nextBelow(10)]!]!;
        course.push(port);
        shared.meet(0, port, contacts);
        isPassed ||= shared.ratio(0) >= -Math.log(alpha);
      }
      if (isPassed) passed++;
    }
    expect(passed / runs).toBeLessThan(alpha + 3 * Math.sqrt(alpha / runs));
  });

  it('is the same for a scanner of one port, contact by contact', () => {
    for (const port of [445, 80, 443]) {
      const shared = sharedAddress();
      const one = new OnePort(innocentPortShare(tcp(port)));
      shared.meet(0, tcp(port), 0);
      for (let contacts = 1; contacts < 700; contacts++) {
        shared.meet(0, tcp(port), contacts);
        expect(shared.ratio(0) / one.next()).toBeCloseTo(1, 4);
      }
    }
  });

  it('falls for one that goes on to new ports, and never counts more of them than there is room for', () => {
    const shared = sharedAddress();
    for (let contacts = 0; contacts < 2000; contacts++) shared.meet(0, tcp(1000 + (contacts % 40)), contacts);
    expect(shared.ratio(0)).toBeLessThan(0);
    shared.reset(0);
    expect(shared.ratio(0)).toBe(0);
  });
});
