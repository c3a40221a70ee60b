/** A forecast as it is shown: for people and for programs. */
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatRange,
  formatRate,
  formatTimestamp,
} from '@wormwood/base';
import { type LineChart, outlookChart, type ReportTable } from '@wormwood/report';
import { type Advice, REPRODUCTION_AIM } from './advice.ts';
import type { ComparedArm, MadeForecast } from './make-forecast.ts';
import { afterContact } from './measures.ts';
import { leftOutWords } from './outbreak-watch.ts';
import type { ForecastScore } from './score.ts';

/** Returns the object that `sim forecast --json` prints. */
export function forecastDocument(
  made: MadeForecast,
  { score, version }: { readonly score: ForecastScore; readonly version: string },
): object {
  const { sighting, port, horizonSeconds, timeSeconds, arms, advice } = made;
  const { fit, alarm, honeynet, nowSeconds, series } = sighting;
  return {
    alarm,
    port,
    now: formatTimestamp(nowSeconds, 6),
    honeypots: honeynet.honeypots,
    addressSpaceSize: honeynet.addressSpaceSize,
    estimates: {
      vulnerable: fit.vulnerable,
      contactRatePerSecond: fit.contactRatePerSecond,
      scanRatePerSecond: fit.scanRatePerSecond,
      doublingTimeSeconds: fit.doublingSeconds,
      everInfected: fit.everInfected,
      sourcesSeen: fit.seen,
    },
    isSeparable: fit.isSeparable,
    dispersion: fit.posterior.dispersion,
    data: {
      startSeconds: series.startSeconds,
      intervalSeconds: series.intervalSeconds,
      newSources: series.fresh,
      laterContacts: series.repeats,
    },
    leftOut: leftOutDocument(sighting.ipv6Contacts),
    horizonSeconds,
    time: timeSeconds,
    arms: arms.map(({ name, measures, effort, cost, arm, spared }) => ({
      name,
      measures: { ...measures, responseSeconds: measures.responseSeconds ?? null },
      effort,
      cost,
      everInfected: arm.everInfected,
      infected: arm.infected,
      sources: arm.sources,
      spared,
    })),
    advice,
    score,
    version,
  };
}

/** Returns the contacts that no forecast is made from, as `sim forecast --json` has them. */
export function leftOutDocument(ipv6Contacts: number): object {
  return { ipv6Contacts, reason: ipv6Contacts === 0 ? null : leftOutWords(ipv6Contacts) };
}

/** Returns what the contacts say of the outbreak as it stands. */
export function presentTable({ sighting }: MadeForecast): ReportTable {
  const { fit, honeynet } = sighting;
  const row = (
    label: string,
    { low, median, high }: { readonly low: number; readonly median: number; readonly high: number },
    format: (value: number) => string,
  ): readonly string[] => [label, format(median), formatRange([low, high], format)];
  return {
    caption: `What ${formatCount(honeynet.honeypots)} honeypots say of ${formatCount(honeynet.addressSpaceSize)} addresses`,
    columns: ['', 'median', '95% interval'],
    rows: [
      row('Infected until now', fit.everInfected, formatCount),
      ['Seen of them by the honeypots', formatCount(fit.seen), ''],
      row('Vulnerable hosts N', fit.vulnerable, formatCount),
      row('Scan rate s of a host', fit.scanRatePerSecond, formatRate),
      row('Doubling time at first', fit.doublingSeconds, formatDuration),
    ],
  };
}

/** Returns what comes under each measure. */
export function armTable({ arms, horizonSeconds }: MadeForecast): ReportTable {
  const hasCost = arms.some(({ cost }) => cost !== null);
  return {
    caption: `Hosts ever infected in ${formatDuration(horizonSeconds)}`,
    columns: [
      'from now on',
      'median',
      '8 of 10 runs',
      'spared',
      'it takes',
      ...(hasCost ? ['cost', 'each'] : []),
    ],
    rows: arms.map((arm, index) => {
      const { everInfected } = arm.arm;
      const { low, median, high } = lastOf(everInfected);
      return [
        arm.name,
        formatCount(median),
        formatRange([low, high], formatCount),
        index === 0 ? '–' : sparedText(arm),
        arm.effort,
        ...(hasCost ? [costText(arm.cost), eachText(arm)] : []),
      ];
    }),
  };
}

/** Returns the quantiles at the end. */
function lastOf({ q10, q50, q90 }: ComparedArm['arm']['everInfected']): {
  readonly low: number;
  readonly median: number;
  readonly high: number;
} {
  return { low: q10.at(-1) ?? 0, median: q50.at(-1) ?? 0, high: q90.at(-1) ?? 0 };
}

function sparedText({ spared }: ComparedArm): string {
  const hosts = (count: number): string => formatCount(Math.max(0, count));
  return `${hosts(spared.q50)} (${formatRange([spared.q10, spared.q90], hosts)})`;
}

function costText(cost: number | null): string {
  return cost === null ? '–' : String(Number(cost.toPrecision(6)));
}

function eachText({ cost, spared }: ComparedArm): string {
  return cost === null || spared.q50 < 1 ? '–' : String(Number((cost / spared.q50).toPrecision(3)));
}

/** Returns the advice in a sentence or two. */
export function adviceWords({ advice, responseSeconds, arms, horizonSeconds }: MadeForecast): string {
  const { low, median, high } = lastOf(arms[0]!.arm.everInfected);
  const course =
    `If nothing changes, ${formatCount(median)} hosts are or were infected in ${formatDuration(horizonSeconds)}, ` +
    `${formatRange([low, high], formatCount)} in eight of ten runs.`;
  return `${course} ${remedyWords(advice, responseSeconds)}`;
}

function remedyWords(advice: Advice, responseSeconds: number): string {
  const response = afterContact(responseSeconds);
  if (advice.isPossible && advice.more === 0)
    return (
      `The honeypots that there are suffice, if hosts are immunized ${response}: fewer than ` +
      `${REPRODUCTION_AIM} others are infected by each.`
    );
  if (advice.isPossible)
    return (
      `${formatCount(advice.more)} more honeypots, with hosts immunized ${response}, leave each infected ` +
      `host ${REPRODUCTION_AIM} others to infect: the outbreak then ends at about twice of what it is.`
    );
  if (advice.reason === 'space')
    return 'The space has fewer unused addresses than honeypots are needed; filter, or respond faster.';
  return (
    `No number of honeypots suffices while hosts are immunized ${response}; it takes a response within ` +
    `${formatDuration(advice.responseMaxSeconds)}.`
  );
}

/** Returns how the forecasts kept so far have fared; undefined before any moment of theirs is past. */
export function scoreWords({ forecasts, moments, held, below, above }: ForecastScore): string | undefined {
  if (moments === 0) return undefined;
  const share = formatPercent(Number((held / moments).toPrecision(2)));
  const rest = below + above === 0 ? '' : `, ${below} times fewer sources came and ${above} times more`;
  return (
    `Of ${forecasts} forecast${forecasts === 1 ? '' : 's'} kept, the bands of 80% held what came at ${held} of ` +
    `${moments} moments (${share})${rest}.`
  );
}

/** What a reader should know of the fit. */
export function remarkWords({ sighting }: MadeForecast): readonly string[] {
  const { fit, ipv6Contacts } = sighting;
  const remarks: string[] = [];
  if (ipv6Contacts > 0) remarks.push(leftOutWords(ipv6Contacts));
  if (!fit.isSeparable)
    remarks.push(
      'Few sources have come back so far. That fixes how fast the outbreak grows, and neither the number of vulnerable hosts ' +
        'nor their scan rate.',
    );
  if (fit.posterior.tempering > 1)
    remarks.push(
      `The counts scatter ${Number(fit.posterior.dispersion.toPrecision(2))} times as much as this model does; the intervals ` +
        'are widened accordingly.',
    );
  return remarks;
}

/** Returns the chart of a forecast; `nameOf` names the arms where their own names are too long. */
export function forecastChart(
  { sighting, port, timeSeconds, arms }: MadeForecast,
  nameOf: (arm: MadeForecast['arms'][number]) => string = ({ name }) => name,
): LineChart {
  const { series, nowSeconds } = sighting;
  let sum = 0;
  return outlookChart({
    name: port,
    past: {
      timeSeconds: series.fresh.map(
        (_, interval) => series.startSeconds + (interval + 1) * series.intervalSeconds - nowSeconds,
      ),
      sources: series.fresh.map((count) => (sum += count)),
    },
    timeSeconds,
    arms: arms.map((each) => ({ name: nameOf(each), ...each.arm.everInfected })),
  });
}
