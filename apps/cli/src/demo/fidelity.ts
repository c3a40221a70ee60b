/** How well engines agree: differences of means in units of their standard errors. */
import { formatPercent } from '@wormwood/base';
import {
  figureOf,
  type FigureName,
  type ReportSection,
  type SimulationResult,
  spreadOf,
} from '@wormwood/report';
import type { Fidelity } from './experiment.ts';

/** Figures of one engine as fractions of N, so that the small copy of the outbreak compares. */
export interface Agreement {
  readonly engine: string;
  readonly note: string;
  readonly runs: number;
  readonly peakFraction: number;
  readonly everInfectedFraction: number;
  /** Difference from the engine that it is compared with; null for the references. */
  readonly peakDifference: Difference | null;
  readonly everInfectedDifference: Difference | null;
}

interface Difference {
  readonly fraction: number;
  readonly standardErrors: number;
}

export function agreements(fidelities: readonly Fidelity[]): readonly Agreement[] {
  return fidelities.map(({ note, result, reference }) => ({
    engine: result.engine,
    note,
    runs: result.runs,
    peakFraction: estimate(result, 'peakInfected').fraction,
    everInfectedFraction: estimate(result, 'everInfected').fraction,
    peakDifference: reference && difference(result, reference, 'peakInfected'),
    everInfectedDifference: reference && difference(result, reference, 'everInfected'),
  }));
}

export function fidelitySection(fidelities: readonly Fidelity[]): ReportSection {
  return {
    title: 'One outbreak by every engine',
    text:
      'The mean field is deterministic; the other engines draw every event, every host with its address, or every single ' +
      'probe. The means differ by no more than chance explains: a standard error (s.e.) is the standard deviation of a mean, ' +
      'and differences of three are rare. The small copy has a tenth of the hosts and honeypots in 2^22 addresses, with the ' +
      'same R0 and doubling time; there, probes is compared with hosts, in the rows above with the mean field.',
    charts: [],
    tables: [
      {
        caption: 'Fractions of all vulnerable hosts; differences in percentage points',
        columns: ['engine', 'runs', 'peak', 'difference', 'ever infected', 'difference'],
        rows: agreements(fidelities).map((row) => [
          `${row.engine} (${row.note})`,
          String(row.runs),
          formatPercent(row.peakFraction),
          differenceText(row.peakDifference),
          formatPercent(row.everInfectedFraction),
          differenceText(row.everInfectedDifference),
        ]),
      },
    ],
  };
}

/** A figure as a fraction of N with its standard error, which is 0 for the mean field. */
function estimate(
  result: SimulationResult,
  figure: FigureName,
): { readonly fraction: number; readonly standardError: number } {
  const vulnerable = (figureOf(result, 'everInfected') ?? 0) + (figureOf(result, 'neverInfected') ?? 0);
  const sd = spreadOf(result, figure)?.sd ?? 0;
  return {
    fraction: (figureOf(result, figure) ?? 0) / vulnerable,
    standardError: sd / Math.sqrt(result.runs) / vulnerable,
  };
}

function difference(result: SimulationResult, reference: SimulationResult, figure: FigureName): Difference {
  const one = estimate(result, figure);
  const other = estimate(reference, figure);
  const fraction = one.fraction - other.fraction;
  return { fraction, standardErrors: fraction / Math.hypot(one.standardError, other.standardError) };
}

function differenceText(value: Difference | null): string {
  if (value === null) return '–';
  const points = value.fraction * 100;
  const errors = Math.abs(value.standardErrors).toFixed(1);
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)} (${errors} s.e.)`;
}
