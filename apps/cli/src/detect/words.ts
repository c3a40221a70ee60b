/** Verdicts, alarms and explanations as they are printed: for people and for programs. */
import { type AddressSet, formatCidr, formatCount, formatIpv4, formatTimestamp } from '@wormwood/base';
import type { DetectorStatus, Explanation, Verdict, WormAlarm } from '@wormwood/defense';
import Table from 'cli-table3';

/** The interval of a rate leaves no more than three significant digits. */
const DIGITS = 3;
const COLUMNS = [
  { head: 'source', width: 17 },
  { head: 'port', width: 11 },
  { head: 'since', width: 22 },
  { head: 'probes/s', width: 15 },
  { head: 'error promised', width: 16 },
  { head: 'proof', width: 12 },
] as const;

/** Returns a verdict or an explanation for programs: the source as a dotted quad, everything else as it is. */
export function forPrograms(found: Verdict | Explanation): Readonly<Record<string, unknown>> {
  return { ...found, source: formatIpv4(found.source) };
}

/** Returns the prefixes that make up the set. */
export function prefixesOf(addresses: AddressSet): readonly string[] {
  return addresses.toCidrs().map(formatCidr);
}

/** Returns a row for each verdict with its evidence below; the error is the rate of verdicts on innocent hosts. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const table = new Table({
    head: COLUMNS.map(({ head }) => head),
    colWidths: COLUMNS.map(({ width }) => width),
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const verdict of verdicts) {
    table.push([
      formatIpv4(verdict.source),
      portWords(verdict),
      formatTimestamp(verdict.sinceSeconds, 0),
      figure(verdict.scanRatePerSecond.estimate),
      `1 in ${formatCount(1 / verdict.falsePositiveRate)}`,
      verdict.unforgeable ? 'handshakes' : 'forgeable',
    ]);
    table.push([{ colSpan: COLUMNS.length, content: findingWords(verdict) }]);
  }
  return table.toString();
}

/** Returns the verdict as one line, for a log. */
export function verdictLine(verdict: Verdict): string {
  const { source, timeSeconds, sinceSeconds, unforgeable } = verdict;
  const proof = unforgeable ? 'its address proven' : 'its address forgeable';
  return (
    `${formatTimestamp(timeSeconds, 0)} ${formatIpv4(source)} is infected since ${formatTimestamp(sinceSeconds, 0)},` +
    ` ${portWords(verdict)}, ${proof}. ${findingWords(verdict)}`
  );
}

export function alarmWords({ raisedSeconds, text }: WormAlarm): string {
  return `This is a worm, first seen at ${formatTimestamp(raisedSeconds, 0)}. ${text}`;
}

/** Returns what is known about a source, one line for each finding. */
export function explanationWords(
  { text, evidence, source }: Explanation,
  verdicts: readonly Verdict[],
): string {
  const findings = evidence.map(
    ({ text: words, forgeable }) => `- ${words}${forgeable ? ' (forgeable)' : ''}`,
  );
  const [verdict] =
    evidence.length === 0 ? [text] : [text.slice(0, text.indexOf(evidence[0]?.text ?? '')).trim()];
  const judged = verdicts.map(
    ({ timeSeconds, unforgeable }) =>
      `- ${formatTimestamp(timeSeconds, 0)}: judged infected${unforgeable ? ', its address proven' : ''}.`,
  );
  const caution = verdicts.at(-1)?.caution ?? null;
  const cautions = caution === null ? [] : [`- ${caution}`];
  return [verdict ?? formatIpv4(source), ...judged, ...findings, ...cautions].join('\n');
}

/** Returns a summary of the detector's work in a sentence or two. */
export function statusWords(status: DetectorStatus): string {
  const { observations, sources, backscatter, unusable, evictionsWithEvidence } = status;
  const left = [
    ...(backscatter === 0 ? [] : [`${formatCount(backscatter)} were backscatter`]),
    ...(unusable === 0 ? [] : [`${formatCount(unusable)} were impossible`]),
  ];
  const seen = `${counted(observations, 'observation')} of ${counted(sources, 'source')} that are remembered`;
  const forgotten =
    evictionsWithEvidence === 0
      ? ''
      : ` Forgotten to make room: ${counted(evictionsWithEvidence, 'source')} with some evidence.`;
  return `${[seen, ...left].join('; ')}.${forgotten}`;
}

/** Returns the number with its noun: `1 source`, `2 sources`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The scan rate, the evidence, and what to rule out first. */
function findingWords(verdict: Verdict): string {
  const { evidence, caution } = verdict;
  return [
    rateWords(verdict),
    ...evidence.map(({ text }) => text),
    ...(caution === null ? [] : [caution]),
  ].join(' ');
}

function portWords({ protocol, port }: Verdict): string {
  return protocol === 'icmp' ? 'icmp' : `${protocol}/${port}`;
}

function rateWords({ scanRatePerSecond: { estimate, low, high } }: Verdict): string {
  return `It sends about ${figure(estimate)} probes/s (95 %: ${figure(low)} to ${figure(high)}).`;
}

function figure(value: number): string {
  return value >= 100 ? formatCount(value) : String(Number(value.toPrecision(DIGITS)));
}
