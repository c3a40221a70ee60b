/**
 * A lab in memory under virtual time: all frames caused by a probe are delivered before the next probe is sent, and a run is a
 * function of its seed and number alone.
 */
import { AddressSet, VirtualClock } from '@wormwood/base';
import { LabCourse, type LabPlan, type LabRun } from './course.ts';
import { MemoryNetwork } from './memory-network.ts';

/** Who looks on. */
export interface LabOnlooker {
  /** Receives each line that the honeynet would write to its file of events. */
  event(line: string): void;
  /** Is asked after each probe, and may act on the course; the time of the lab stands still meanwhile. */
  afterProbe(course: LabCourse): Promise<void> | undefined;
}

/** Runs the lab once and returns what it measured; the same plan and onlooker give the same run. */
export async function runLabInMemory(plan: LabPlan, onlooker?: LabOnlooker): Promise<LabRun> {
  const { outbreak } = plan;
  const { firstAddress, addressSpaceSize, durationSeconds } = outbreak;
  const clock = new VirtualClock();
  const space = { first: firstAddress, last: firstAddress + addressSpaceSize - 1 };
  const network = new MemoryNetwork({
    space: AddressSet.fromRanges([space]),
    isHost: (address) => course.hosts.role(address) === 'host',
    isHoneypot: (address) => course.hosts.role(address) === 'honeypot',
  });
  const course = new LabCourse(plan, {
    clock,
    hostsDevice: network.hosts,
    honeynetDevice: network.honeynet,
    ...(onlooker !== undefined && { event: (line: string) => onlooker.event(line) }),
  });
  await course.open();
  let probeSeconds = course.drawGapSeconds();
  let scanning = course.hosts.scanning;
  for (;;) {
    const responseSeconds = course.nextResponseSeconds();
    const next = Math.min(probeSeconds, responseSeconds);
    if (next > durationSeconds) break;
    clock.advanceTo(Math.max(next, clock.nowSeconds()));
    if (responseSeconds <= probeSeconds) await course.respond();
    else {
      course.probe();
      for (course.work(); network.forward() > 0;) course.work();
      await onlooker?.afterProbe(course);
      probeSeconds = next + course.drawGapSeconds();
      scanning = course.hosts.scanning;
    }
    // The gaps of a Poisson process are memoryless: if the rate has changed, the next gap can be drawn anew.
    if (course.hosts.scanning !== scanning) {
      scanning = course.hosts.scanning;
      probeSeconds = next + course.drawGapSeconds();
    }
  }
  clock.advanceTo(durationSeconds);
  course.hosts.sampleUntil(durationSeconds);
  return course.result();
}
