/** What the table says when one constant of the detector is half or twice as large. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { classes } from './classes.ts';
import { detectCapture } from './doors.ts';
import { generate, type Generated } from './generate.ts';
import { disorderHardships, type Hardship, rampHardships } from './hardships.ts';
import { countFrom, type Row, rowsOf } from './rows.ts';
import { mean } from './statistics.ts';
import type { PrefixLength } from './telescope.ts';

/** A constant, and the file of the detector that it stands in. */
interface Constant {
  readonly file: string;
  readonly name: string;
  readonly isWhole?: boolean;
}

/** Constants of verdicts, which the table shows. */
const ofVerdicts: readonly Constant[] = [
  { file: 'statistics/stray-prior', name: 'SHAPE' },
  { file: 'statistics/stray-prior', name: 'PRIOR_CONTACTS' },
  { file: 'statistics/stray-prior', name: 'LEAST_PART' },
  { file: 'statistics/stray-prior', name: 'RATES', isWhole: true },
  { file: 'statistics/stray-prior', name: 'RATE_STEP' },
  { file: 'statistics/stray-prior', name: 'SLOWEST_WEIGHT' },
  { file: 'evidence/shared-address', name: 'SCANNER_SPREAD' },
  { file: 'evidence/shared-address', name: 'ONE_PORT' },
  { file: 'evidence/shared-address', name: 'SOME_PORTS' },
  { file: 'evidence/shared-address', name: 'PORTS', isWhole: true },
  { file: 'evidence/innocent-ports', name: 'OTHER' },
  { file: 'evidence/innocent-ports', name: 'ICMP' },
  { file: 'evidence/innocent-classes', name: 'ADDRESSES_MIN', isWhole: true },
  { file: 'evidence/address-trail', name: 'EXACT', isWhole: true },
  { file: 'evidence/address-trail', name: 'BITS', isWhole: true },
  { file: 'evidence/recent-pairs', name: 'PAUSE_SECONDS' },
  { file: 'evidence/recent-pairs', name: 'PAIRS', isWhole: true },
  { file: 'observe/tool-marks', name: 'TOOL_SHARE' },
  { file: 'observe/tool-marks', name: 'MARKED' },
  { file: 'evidence/infection-proof', name: 'HONEYPOTS_MIN', isWhole: true },
  { file: 'evidence/infection-proof', name: 'MOST' },
  { file: 'evidence/infection-proof', name: 'WORM_CONTACTS_MIN', isWhole: true },
  { file: 'observe/greeting', name: 'SHORT', isWhole: true },
  { file: 'observe/observe-packets', name: 'IDLE_SECONDS' },
  { file: 'observe/observe-packets', name: 'FLOWS_MAX', isWhole: true },
  { file: 'observe/observe-packets', name: 'WRONG_GUESSES_MAX', isWhole: true },
  { file: 'observe/fragments', name: 'HELD_SECONDS' },
];

/** Constants of the clock, which captures in disorder show, and of the alarm, which growing numbers of sources do. */
const ofClock: readonly Constant[] = [
  { file: 'observe/steady-clock', name: 'DISORDER_SECONDS' },
  { file: 'observe/steady-clock', name: 'LEAP_SECONDS' },
  { file: 'observe/steady-clock', name: 'USUAL_PAUSES', isWhole: true },
  { file: 'observe/steady-clock', name: 'CONFIRMED_BY', isWhole: true },
  { file: 'observe/steady-clock', name: 'CONFIRMED_BACK_BY', isWhole: true },
  { file: 'observe/steady-clock', name: 'PAUSE_SMOOTHING' },
];
const ofAlarm: readonly Constant[] = [
  { file: 'detect/detector', name: 'TREND_RATIO_MIN' },
  { file: 'detect/worm-trend', name: 'FOLLOWED_FROM', isWhole: true },
  { file: 'detect/worm-trend', name: 'QUIET_INTERVALS', isWhole: true },
];

const FACTORS = [0.5, 2] as const;
const DISORDERED_SOURCES = 2;

/** What the detector makes of the same traffic. */
export interface Outcome {
  /** Promised scanners that are found, of how many; the mean of their times over that in theory, of uniform ones. */
  readonly found: number;
  readonly promised: number;
  readonly timeRatio: number;
  /** Innocent sources of which more is said than is true. */
  readonly falseVerdicts: number;
  /** Names of hardships that do not hold. */
  readonly fails: readonly string[];
}

export interface Swept {
  readonly constant: string;
  /** As it is, and for each factor. */
  readonly outcomes: readonly Outcome[];
}

export interface SweepOptions {
  readonly seed: string;
  readonly sourcesPerClass: number;
  readonly prefixLength: PrefixLength;
  /** Names of constants; null for all. */
  readonly only: readonly string[] | null;
  readonly onProgress: (sentence: string) => void;
}

/** Returns what changes, constant by constant. */
export async function sweep(options: SweepOptions): Promise<readonly Swept[]> {
  const { only, onProgress } = options;
  const directory = mkdtempSync(join(tmpdir(), 'wormwood-sweep-'));
  const isAsked = ({ name }: Constant): boolean => only === null || only.includes(name);
  try {
    const swept: Swept[] = [];
    for (const [constants, outcomeOf] of [
      [ofVerdicts.filter(isAsked), tableOf(options, directory)],
      [ofClock.filter(isAsked), () => hardshipsOf(disorderHardships(options.seed, DISORDERED_SOURCES))],
      [ofAlarm.filter(isAsked), () => hardshipsOf(rampHardships(options.seed))],
    ] as const) {
      if (constants.length === 0) continue;
      const asItIs = await outcomeOf();
      for (const constant of constants) {
        const outcomes = [asItIs];
        for (const factor of FACTORS) outcomes.push(await withConstant(constant, factor, outcomeOf));
        swept.push({ constant: `${constant.file}: ${constant.name}`, outcomes });
        onProgress(constant.name);
      }
    }
    return swept;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The traffic is made once, and judged as a capture. */
function tableOf(options: SweepOptions, directory: string): () => Promise<Outcome> {
  let generated: Generated | null = null;
  return async () => {
    generated ??= generate({ ...options, classes, directory });
    const { telescope, capture, labels } = generated;
    const findings = await detectCapture(capture, telescope);
    const rows = rowsOf(classes, labels, { capture: findings, events: findings, watch: findings });
    return outcomeOfRows(rows);
  };
}

function outcomeOfRows(rows: readonly Row[]): Outcome {
  const scanners = rows.filter(({ side, isPromised }) => side === 'scanner' && isPromised);
  // A tool's mark makes the time short.
  const uniform = scanners.filter(({ class: name }) => /^(uniform|permutation|fragmented|multi)/.test(name));
  return {
    found: scanners.reduce((sum, { judged, kind }) => sum + countFrom(judged, kind), 0),
    promised: scanners.reduce((sum, { sources }) => sum + sources, 0),
    timeRatio: mean(
      uniform.flatMap(({ time }) => (time === null ? [] : [time.meanSeconds / time.theorySeconds])),
    ),
    falseVerdicts: rows.reduce((sum, row) => sum + row.falseVerdicts, 0),
    fails: [],
  };
}

async function hardshipsOf(hardships: Promise<readonly Hardship[]>): Promise<Outcome> {
  const fails = (await hardships).filter(({ holds }) => !holds).map(({ name }) => name);
  return { found: 0, promised: 0, timeRatio: Number.NaN, falseVerdicts: 0, fails };
}

/** The programs that are started meanwhile load the detector with that constant. */
async function withConstant<T>(constant: Constant, factor: number, work: () => Promise<T>): Promise<T> {
  // From this folder, and from the one that `bundle.mjs` compiles to, it is as far to the root.
  const root = join(import.meta.dirname, '..', '..');
  const loader = join(root, 'conformance', 'detection', 'sweep-loader.mjs');
  process.env['NODE_OPTIONS'] = `--import=${pathToFileURL(loader).href}`;
  process.env['WORMWOOD_SWEEP'] = JSON.stringify({ ...constant, factor });
  try {
    return await work();
  } finally {
    delete process.env['NODE_OPTIONS'];
    delete process.env['WORMWOOD_SWEEP'];
  }
}
