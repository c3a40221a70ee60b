/** A lab over interfaces of the kernel, in real time: the same hosts, honeynet, detector and immunizer as in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cidr } from '@wormwood/base';
import type { Actuator } from '@wormwood/defense';
import { PLACEMENT_STREAM, placeHosts } from '@wormwood/epidemic';
import { LabCourse, type LabPlan, type LabRun } from '@wormwood/lab';
import { systemClock } from '@wormwood/sensor';
import { vethNetwork } from './veth-network.ts';

/** The run, and what the firewall did in it. */
export interface VethRun {
  readonly run: LabRun;
  /** Packets of immunized hosts that the router dropped. */
  readonly droppedPackets: number;
}

/** Runs the lab once; `shouldStop` ends it early, and then there is no result. Needs root. */
export async function runLabOnVeth(plan: LabPlan, shouldStop: () => boolean): Promise<VethRun | null> {
  const { outbreak, streams, replicate } = plan;
  const prefix: Cidr = {
    address: outbreak.firstAddress,
    prefixLength: 32 - Math.round(Math.log2(outbreak.addressSpaceSize)),
  };
  const network = vethNetwork(prefix, placeHosts(outbreak, streams.stream(PLACEMENT_STREAM, replicate)));
  // A second Ctrl-C may end the program here; the namespaces disappear with it.
  const removeAtExit = (): void => network.remove();
  process.once('exit', removeAtExit);
  try {
    const { hosts, honeynet } = network.open();
    try {
      const course = new LabCourse(plan, {
        clock: systemClock,
        hostsDevice: hosts,
        honeynetDevice: honeynet,
        links: network.links,
      });
      await course.open(enforcedBy(network.actuator(), course));
      if (!(await follow(course, plan, shouldStop))) return null;
      return { run: course.result(), droppedPackets: network.droppedPackets() };
    } finally {
      hosts.close();
      honeynet.close();
    }
  } finally {
    network.remove();
    process.off('exit', removeAtExit);
  }
}

/** The hosts learn nothing of it: they keep scanning, and the router drops their packets. */
function enforcedBy(actuator: Actuator, course: LabCourse): Actuator {
  return {
    name: actuator.name,
    actions: actuator.actions,
    describe: (step, request) => actuator.describe(step, request),
    isActive: (request) => actuator.isActive(request),
    release: (request) => actuator.release(request),
    apply: async (request) => {
      const outcome = await actuator.apply(request);
      const host = Number(request.source);
      if (outcome.ok && !course.hosts.isImmunized(host)) course.immunized(host, false);
      return outcome;
    },
  };
}

/** Sends and receives packets until the lab is over; returns false if it was stopped early. */
async function follow(course: LabCourse, { outbreak }: LabPlan, shouldStop: () => boolean): Promise<boolean> {
  let probeSeconds = course.drawGapSeconds();
  let scanning = course.hosts.scanning;
  let responding: Promise<void> | null = null;
  for (let now = 0; now < outbreak.durationSeconds; now = course.nowSeconds()) {
    if (shouldStop()) break;
    for (; probeSeconds <= now; probeSeconds += course.drawGapSeconds()) course.probe();
    const frames = course.work();
    if (course.hosts.scanning !== scanning) {
      scanning = course.hosts.scanning;
      probeSeconds = Math.max(now, course.nowSeconds()) + course.drawGapSeconds();
    }
    // A firewall takes time to change; packets do not wait for it.
    if (responding === null && course.nextResponseSeconds() <= now) {
      responding = course.respond().finally(() => (responding = null));
    }
    await (frames > 0 ? new Promise(setImmediate) : sleep(IDLE_MS));
  }
  await responding;
  const isWhole = course.nowSeconds() >= outbreak.durationSeconds;
  if (isWhole) course.hosts.sampleUntil(outbreak.durationSeconds);
  return isWhole;
}

const IDLE_MS = 1;
