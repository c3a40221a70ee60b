/** Verdicts, alarms and explanations as they are printed: for people and for programs. */
import { formatCount, formatDuration, formatRange, formatTimestamp } from '@wormwood/base';
import type {
  ClockTrouble,
  Detector,
  DetectorStatus,
  Explanation,
  Ipv6Promise,
  Verdict,
  WormAlarm,
} from '@wormwood/defense';
import { formatIp, formatIpPrefix, type IpSet } from '@wormwood/wire';
import Table from 'cli-table3';

/** The interval of a rate leaves no more than three significant digits. */
const DIGITS = 3;
const COLUMNS = [
  { head: 'source', width: 17 },
  { head: 'kind', width: 10 },
  { head: 'port', width: 11 },
  { head: 'since at the latest', width: 22 },
  { head: 'contacts/s', width: 12 },
  { head: 'error promised', width: 16 },
  { head: 'proof', width: 12 },
] as const;

/** Returns a verdict or an explanation for programs: the source as it is written, everything else as it is. */
export function forPrograms(found: Verdict | Explanation): Readonly<Record<string, unknown>> {
  return { ...found, source: formatIp(found.source) };
}

/** Returns the prefixes that make up the set. */
export function prefixesOf(addresses: IpSet): readonly string[] {
  return addresses.prefixes().map(formatIpPrefix);
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
      // A cell of that width has no room for an address of IPv6; it breaks where a colon stands.
      formatIp(verdict.source).replaceAll(/(.{12,15}:)(?=.)/g, '$1 '),
      verdict.kind,
      portWords(verdict),
      formatTimestamp(verdict.sinceSeconds, 0),
      figure(verdict.contactsPerSecond.estimate),
      `1 in ${formatCount(1 / verdict.falsePositiveRate)}`,
      verdict.unforgeable ? 'handshakes' : 'forgeable',
    ]);
    table.push([{ colSpan: COLUMNS.length, content: findingWords(verdict) }]);
  }
  return table.toString();
}

/** Returns the verdict as one line, for a log. */
export function verdictLine(verdict: Verdict): string {
  const { source, kind, timeSeconds, sinceSeconds, unforgeable } = verdict;
  const what = kind === 'infected' ? 'is infected and scans' : 'scans';
  const proof = unforgeable ? 'its address proven' : 'its address forgeable';
  return (
    `${formatTimestamp(timeSeconds, 0)} ${formatIp(source)} ${what} since ${formatTimestamp(sinceSeconds, 0)} at the latest,` +
    ` ${portWords(verdict)}, ${proof}. ${findingWords(verdict)}`
  );
}

export function alarmWords({ raisedSeconds, text }: WormAlarm): string {
  return `This is a worm, first seen at ${formatTimestamp(raisedSeconds, 0)}. ${text}`;
}

/** Returns a summary of the detector's work in a sentence or two. */
export function statusWords(status: DetectorStatus): string {
  const { observations, sources, backscatter, remainders, unusable, evictionsWithEvidence } = status;
  const left = [
    ...(remainders === 0 ? [] : [`${formatCount(remainders)} belonged to flows that began elsewhere`]),
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

/** What was wrong with the clock of the input; empty when it was steady. */
export function clockWords({ outliers, leaps, stepsBack }: ClockTrouble): string {
  const found = [
    ...(outliers === 0 ? [] : [`${formatCount(outliers)} stamped with an impossible time`]),
    ...(leaps === 0 ? [] : [`${counted(leaps, 'leap')} ahead`]),
    ...(stepsBack === 0 ? [] : [`${counted(stepsBack, 'step')} back`]),
  ];
  return found.length === 0 ? '' : `The clock of the input is not steady: ${found.join(', ')}.`;
}

/** How many verdicts there are, and how many of them are wrong at the most that the tests promise. */
export function promiseWords({ verdicts, infectedVerdicts, falseVerdictsExpected }: DetectorStatus): string {
  const expected =
    falseVerdictsExpected < 0.01 ? 'fewer than 0.01' : `at most ${figure(falseVerdictsExpected)}`;
  return (
    `${counted(verdicts, 'source')} judged scanning, ${formatCount(infectedVerdicts)} of them infected;` +
    ` of all innocent sources so far ${expected} are expected among them.`
  );
}

/** Beyond that nobody waits. */
const CENTURY_SECONDS = 36_525 * 86_400;

/** How long it takes to find the slowest scanner here, and with other networks. */
export function timeWords(detector: Pick<Detector, 'promise'>, rate: number, monitored: number): string {
  const promise = detector.promise(rate);
  const seconds = promise?.seconds ?? Infinity;
  const addresses = `${formatCount(monitored)} dark addresses`;
  if (promise === null || seconds > CENTURY_SECONDS)
    return `A scanner of ${figure(rate)}/s is never found on ${addresses}.`;
  return (
    `A scanner of ${figure(rate)}/s is found in ${formatDuration(seconds)} on ${addresses},` +
    ` when it has reached ${formatCount(promise.addresses)} of them; one of ten times the rate in a tenth of that.`
  );
}

/** The same of IPv6, where nobody scans the whole space. */
export function ipv6TimeWords({ addresses, secondsBetween }: Ipv6Promise): string {
  return (
    `An IPv6 source is judged when it has reached ${formatCount(addresses)} dark addresses,` +
    ` one every ${formatDuration(secondsBetween)} or more often.`
  );
}

/** Returns the number with its noun: `1 source`, `2 sources`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The scan rate, the evidence, and what to rule out first. */
function findingWords(verdict: Verdict): string {
  const { evidence, caution, known } = verdict;
  return [
    ...(known === null ? [] : [`It is known: ${known.name}, a ${known.role}. ${known.reason}`]),
    rateWords(verdict),
    ...evidence.map(({ text }) => text),
    ...(caution === null ? [] : [caution]),
  ].join(' ');
}

function portWords({ protocol, port }: Verdict): string {
  if (port === null) return 'many';
  return protocol === 'icmp' ? 'icmp' : `${protocol}/${port}`;
}

function rateWords({ contactsPerSecond: contacts, scanRatePerSecond: probes }: Verdict): string {
  const { estimate, low, high } = contacts;
  const here = `It makes about ${figure(estimate)} contacts/s here (95%: ${formatRange([low, high], figure)})`;
  if (probes === null) return `${here}.`;
  return (
    `${here}, and sends ${figure(probes.estimate)} probes/s (${formatRange([probes.low, probes.high], figure)})` +
    ` if it chooses all addresses alike, as its contacts look.`
  );
}

function figure(value: number): string {
  return value >= 100 ? formatCount(value) : String(Number(value.toPrecision(DIGITS)));
}
