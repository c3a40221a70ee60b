/** Runs the cases against the kernel and against a virtual host, side by side, and says where their answers differ. */
import { reasonOf } from './accepted.ts';
import { type BothHosts, withBothHosts } from './both-hosts.ts';
import type { Case } from './case.ts';
import { cases } from './cases/index.ts';
import { converse, type Conversation, secondsOf } from './conversation.ts';
import { isSameTime, type Line, linesOf } from './lines.ts';
import type { RunningVirtualHost } from './virtual-host.ts';

export interface Difference {
  readonly case: Case;
  readonly kernel: readonly Line[];
  readonly virtual: readonly Line[];
  /** Why it may be; null where it may not. */
  readonly reason: string | null;
  /** What the stack reported of the connection and is not true; null where all is. */
  readonly untruth: string | null;
}

export interface SuiteResult {
  readonly cases: number;
  readonly differences: readonly Difference[];
  /** Names of accepted differences that are none any more. */
  readonly outdated: readonly string[];
}

export interface SuiteOptions {
  /** Cases whose name contains it. @default all */
  readonly only?: string;
  readonly onProgress?: (sentence: string) => void;
}

/** A difference counts when it is there each time: chance and a busy machine have one chance less each time. */
const ROUNDS = 3;
/** Between the beginnings of two cases. */
const STAGGER_MS = 15;

/** Takes the rights of root; leaves nothing behind. */
export async function runSuite({
  only = '',
  onProgress = () => {},
}: SuiteOptions = {}): Promise<SuiteResult> {
  // All run side by side: the longest begin first.
  const chosen = cases
    .filter(({ name }) => name.includes(only))
    .toSorted((one, other) => secondsOf(other) - secondsOf(one));
  return withBothHosts(async (both) => {
    onProgress(`${chosen.length} cases`);
    const found = await Promise.all(
      chosen.map(async (each, i) => {
        await new Promise((resolve) => setTimeout(resolve, i * STAGGER_MS));
        return lastingDifference(each, both, (round) => round * chosen.length + i);
      }),
    );
    const differences = found
      .filter((difference) => difference !== null)
      .toSorted((one, other) => cases.indexOf(one.case) - cases.indexOf(other.case));
    return {
      cases: chosen.length,
      differences,
      outdated: chosen
        .filter(({ name }) => reasonOf(name) !== null && differences.every((each) => each.case.name !== name))
        .map(({ name }) => name),
    };
  });
}

/** The difference that is there each time; one that has a reason is not asked for again. */
async function lastingDifference(
  wanted: Case,
  both: BothHosts,
  turnOf: (round: number) => number,
): Promise<Difference | null> {
  let found: Difference | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    // oxlint-disable-next-line no-await-in-loop -- a round is needed where the last one found a difference
    found = await differenceOf(wanted, both, turnOf(round));
    if (found === null || (found.reason !== null && found.untruth === null)) return found;
  }
  return found;
}

async function differenceOf(
  wanted: Case,
  { clients, address, virtualHost }: BothHosts,
  turn: number,
): Promise<Difference | null> {
  const [kernel, virtual] = (await Promise.all(
    clients.map((client) => converse(wanted, client, address, turn)),
  )) as [Conversation, Conversation];
  const [kernelLines, virtualLines] = [linesOf(wanted, kernel), linesOf(wanted, virtual)];
  const untruth = untruthOf(virtual, virtualHost);
  if (untruth === null && areAlike(kernelLines, virtualLines)) return null;
  return { case: wanted, kernel: kernelLines, virtual: virtualLines, reason: reasonOf(wanted.name), untruth };
}

function areAlike(one: readonly Line[], other: readonly Line[]): boolean {
  return (
    one.length === other.length &&
    one.every((line, i) => {
      const twin = other[i]!;
      return (
        line.step === twin.step &&
        line.text === twin.text &&
        (line.seconds === null || isSameTime(line.seconds, twin.seconds))
      );
    })
  );
}

/** Octets that a closed flow says were sent are those that the client saw. */
function untruthOf(conversation: Conversation, host: RunningVirtualHost): string | null {
  const told = host.closed.filter(({ remoteAddress }) => remoteAddress === conversation.clientAddress);
  if (told.length !== 1) return null;
  const seen = new Set<number>();
  for (const { content } of conversation.answers) {
    if (content.kind !== 'tcp') continue;
    for (let i = 0; i < content.segment.payload.length; i++)
      seen.add((content.segment.sequenceNumber + i) >>> 0);
  }
  const { sentBytes } = told[0]!;
  return sentBytes === seen.size ? null : `the event says ${sentBytes} octets sent, and ${seen.size} were`;
}

/** The differences as a person reads them. */
export function reportOf({ cases: count, differences, outdated }: SuiteResult): string {
  const lines = differences.flatMap(({ case: each, kernel, virtual, reason, untruth }) => [
    `## ${each.name} (RFC ${each.rfc})${reason === null ? '' : `\naccepted: ${reason}`}`,
    ...(untruth === null ? [] : [untruth]),
    ...sideBySide(kernel, virtual),
    '',
  ]);
  const unexplained = differences.filter(({ reason }) => reason === null).length;
  return [
    ...lines,
    ...outdated.map((name) => `accepted, and alike now: ${name}`),
    `${count} cases, ${differences.length} differ, ${unexplained} of them unexplained`,
  ].join('\n');
}

/** Lines of both with a sign in front: as they are in both, kernel, virtual host. */
function sideBySide(kernel: readonly Line[], virtual: readonly Line[]): string[] {
  const lines: string[] = [];
  const format = ({ step, text, seconds }: Line): string =>
    `${step}: ${text}${seconds === null ? '' : ` after ${seconds.toFixed(2)} s`}`;
  for (let i = 0; i < Math.max(kernel.length, virtual.length); i++) {
    const [one, other] = [kernel[i], virtual[i]];
    if (one !== undefined && other !== undefined && areAlike([one], [other])) lines.push(`  ${format(one)}`);
    else {
      if (one !== undefined) lines.push(`- ${format(one)}`);
      if (other !== undefined) lines.push(`+ ${format(other)}`);
    }
  }
  return lines;
}
