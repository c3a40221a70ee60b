/** The report of a lab: the measured curves over the predicted band, tables, and a verdict. */
import { formatCount, formatDuration, formatPercent } from '@wormwood/base';
import {
  fileNameOf,
  type Line,
  type LineChart,
  type Report,
  type ReportTable,
  type SimulationResult,
} from '@wormwood/report';
import type { LabResult, PValues } from './result.ts';

type Compartment = 'susceptible' | 'infected' | 'immunized';

const COMPARTMENTS: readonly Compartment[] = ['susceptible', 'immunized', 'infected'];
/** Below this p-value, a lab counts as outside the predicted band. */
const P_VALUE_MIN = 0.01;
const NONE = '–';

/** Returns a chart of the measured curves, dashed, over the predicted band of the engine `hosts`. */
export function labChart(result: LabResult): LineChart {
  const { time, measured, predicted } = result.series;
  const last = time.at(-1) ?? 0;
  const isLong = last > 240;
  const unit = isLong ? { name: 'min' as const, seconds: 60 } : { name: 's' as const, seconds: 1 };
  const x = time.map((seconds) => seconds / unit.seconds);
  const name = nameOf(result);
  const band = (compartment: Compartment): Line => ({
    name: `${compartment}, predicted`,
    role: compartment,
    x,
    y: predicted[compartment].mean,
    band: { low: predicted[compartment].q05, high: predicted[compartment].q95, name: '5 to 95%' },
  });
  const line = (compartment: Compartment): Line => ({
    name: 'measured',
    role: 'reference',
    x,
    y: measured[compartment],
  });
  return {
    kind: 'lines',
    id: `${fileNameOf(name)}-lab`,
    title: `${name}: measured and predicted`,
    caption:
      `Wide dashes: ${runsInWords(result)} of the lab, with packets. Narrow: ` +
      `${formatCount(result.agreement.predictedRuns)} runs of the engine hosts, with the band of 5 to 95%.`,
    x: { label: `time (${unit.name})`, unit: unit.name, min: 0, max: last / unit.seconds },
    y: { label: 'hosts', min: 0 },
    lines: [...COMPARTMENTS.map(band), ...COMPARTMENTS.map(line)],
    moments: [],
  };
}

/** Returns the tables of a lab's report: agreement, p-values, delays, packets. */
export function labTables(result: LabResult): readonly ReportTable[] {
  return [agreementTable(result), pValueTable(result), delayTable(result), packetTable(result)];
}

function agreementTable({ runs, series }: LabResult): ReportTable {
  const last = series.time.length - 1;
  const predicted = (compartment: Compartment): string =>
    formatCount(Math.round(series.predicted[compartment].mean[last] ?? 0));
  const measured = (compartment: Compartment): string =>
    formatCount(Math.round(series.measured[compartment][last] ?? 0));
  const outside = runs.filter(({ pValue }) => pValue <= P_VALUE_MIN).length;
  return {
    caption: 'Measured and predicted',
    columns: ['', 'measured', 'predicted'],
    rows: [
      ['Susceptible at the end', measured('susceptible'), predicted('susceptible')],
      ['Infected at the end', measured('infected'), predicted('infected')],
      ['Immunized at the end', measured('immunized'), predicted('immunized')],
      ['Runs with a p-value of 0.01 or less', `${outside} of ${runs.length}`, NONE],
    ],
  };
}

function pValueTable({ agreement }: LabResult): ReportTable {
  const { prior, calibrated, control } = agreement;
  const row = (name: string, pValues: PValues): readonly string[] => [
    name,
    pText(pValues.combined),
    pText(pValues.mean),
  ];
  return {
    caption: 'How likely the runs are under each prediction (p-values)',
    columns: ['', 'run by run', 'their mean'],
    rows: [
      row('From the parameters alone', prior),
      row('With the measured delays', calibrated),
      ...(control === null ? [] : [row('Control: twice the wait, must not agree', control)]),
    ],
  };
}

function delayTable({ delays }: LabResult): ReportTable {
  return {
    caption: 'From contact to immunization',
    columns: ['', 'measured'],
    rows: [
      ['Hosts that reached a honeypot', formatCount(delays.contacted)],
      ['Verdicts', formatCount(delays.convicted)],
      ['Hosts immunized', formatCount(delays.immunized)],
      ['Contacts per verdict', numberText(delays.contactsPerVerdict)],
      ['From first contact to verdict', secondsText(delays.contactToVerdictSeconds)],
      ['From verdict to immunized', secondsText(delays.verdictToImmunizedSeconds)],
      ['From first contact to immunized', secondsText(delays.contactToImmunizedSeconds)],
    ],
  };
}

function packetTable({ counts, medium }: LabResult): ReportTable {
  return {
    caption: medium === 'memory' ? 'Packets, in memory' : 'Packets, over interfaces of the kernel',
    columns: ['', 'count'],
    rows: [
      ['Probes', formatCount(counts.probes)],
      ['Frames sent by the hosts', formatCount(counts.sent)],
      ['Frames that reached a host', formatCount(counts.received)],
      ['Frames dropped because a queue was full', formatCount(counts.dropped)],
      ['Markers sent, after a handshake', formatCount(counts.markersSent)],
      ['Markers received by hosts', formatCount(counts.markersReceived)],
      ['Handshakes with honeypots', formatCount(counts.honeypotContacts)],
      ['Verdicts on forgeable evidence, not acted on', formatCount(counts.forgeableVerdicts)],
      ['Probes of immunized hosts', formatCount(counts.immunizedProbes)],
      ['Infections by immunized hosts', formatCount(counts.immunizedInfections)],
    ],
  };
}

/** Returns the outcome in a sentence or two. */
export function labVerdict(result: LabResult): string {
  const { agreement, series, delays, runs } = result;
  const hosts = COMPARTMENTS.reduce((sum, each) => sum + (series.measured[each][0] ?? 0), 0);
  const ever = hosts - (series.measured.susceptible.at(-1) ?? 0);
  const spread = `${formatPercent(ever / hosts)} of ${formatCount(hosts)} hosts were infected at some time`;
  const within = agreement.prior.combined > P_VALUE_MIN;
  const p = `p = ${pText(agreement.prior.combined)}`;
  const judged = within
    ? `the measured curve is within the predicted band (${p})`
    : `the measured curve is outside the predicted band (${p})`;
  const delay =
    delays.contactToImmunizedSeconds === null
      ? ''
      : ` A host was immunized ${secondsText(delays.contactToImmunizedSeconds)} after its first contact.`;
  const mean = runs.length > 1 ? ' on average' : '';
  return `${spread}${mean}; ${judged}.${delay}`;
}

/** Returns the report of a lab; it offers `prediction` for download. */
export function labReport(result: LabResult, prediction: SimulationResult): Report {
  return {
    title: nameOf(result),
    verdict: labVerdict(result),
    facts: [],
    sections: [
      {
        title: 'The lab and its prediction',
        text:
          'Every probe was a packet with an inert marker; the honeynet answered, the detector decided, the immunizer ' +
          'acted. The prediction follows from the parameters of detector and response: nothing in it was measured.',
        charts: [labChart(result)],
        tables: labTables(result),
      },
    ],
    results: [{ name: `${nameOf(result)}, predicted`, result: prediction }],
  };
}

function nameOf({ scenario }: LabResult): string {
  return String(scenario['name']);
}

function runsInWords({ runs }: LabResult): string {
  return runs.length === 1 ? 'one run' : `the mean of ${formatCount(runs.length)} runs`;
}

function pText(pValue: number): string {
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3);
}

function numberText(value: number | null): string {
  return value === null ? NONE : value.toFixed(2);
}

/** Three significant digits, because the delays of a lab are means over some hundred hosts. */
function secondsText(value: number | null): string {
  return value === null ? NONE : formatDuration(Number(value.toPrecision(3)));
}
