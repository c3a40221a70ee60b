/** What comes of an outbreak that honeypots see: the sources so far, and the hosts ever infected under each measure. */
import { formatDuration } from '@wormwood/base';
import { type LineChart, type TimeUnitName } from './chart.ts';

/** The curves of an outlook; times from now, those of the past below 0. */
export interface OutlookCurves {
  readonly name: string;
  readonly past: { readonly timeSeconds: readonly number[]; readonly sources: readonly number[] };
  readonly timeSeconds: readonly number[];
  /** The first is what comes if nothing changes; it has the band. */
  readonly arms: readonly {
    readonly name: string;
    readonly q10: readonly number[];
    readonly q50: readonly number[];
    readonly q90: readonly number[];
  }[];
}

const UNITS: readonly { readonly name: TimeUnitName; readonly seconds: number }[] = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
];

/** Returns the chart. */
export function outlookChart({ name, past, timeSeconds, arms }: OutlookCurves): LineChart {
  const horizonSeconds = timeSeconds.at(-1) ?? 0;
  const spanSeconds = horizonSeconds - (past.timeSeconds[0] ?? 0);
  const unit = UNITS.find(({ seconds }) => spanSeconds > 4 * seconds) ?? { name: 's', seconds: 1 };
  const x = timeSeconds.map((seconds) => seconds / unit.seconds);
  const [asItIs, ...others] = arms;
  return {
    kind: 'lines',
    id: 'forecast',
    title: `${name}: what comes`,
    caption:
      `Sources that the honeypots have seen, and hosts ever infected in the next ${formatDuration(horizonSeconds)}: as ` +
      'it is, with the band of eight runs in ten, and under each measure.',
    x: {
      label: `time from now (${unit.name})`,
      unit: unit.name,
      min: Math.min(0, past.timeSeconds[0] ?? 0) / unit.seconds,
    },
    y: { label: 'hosts', min: 0 },
    lines: [
      {
        name: 'sources seen',
        role: 'reference',
        x: past.timeSeconds.map((seconds) => seconds / unit.seconds),
        y: past.sources,
      },
      ...(asItIs === undefined
        ? []
        : [
            {
              name: asItIs.name,
              role: 'infected' as const,
              x,
              y: asItIs.q50,
              band: { low: asItIs.q10, high: asItIs.q90, name: '10 to 90%' },
            },
          ]),
      ...others.map((arm) => ({ name: arm.name, role: 'sequence' as const, x, y: arm.q50 })),
    ],
    moments: [{ x: 0, label: 'now' }],
  };
}
