// The gallery: every kind of figure and report, drawn from small outbreaks, equals its picture in docs/gallery. After a change
// that is meant, `npx vitest run apps/cli/src/gallery -u` draws the pictures anew; look at them before they are committed.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatCount, formatDuration, randomStreams } from '@wormwood/base';
import {
  type EngineName,
  engineNamed,
  placePopulation,
  PLACEMENT_STREAM,
  runChunk,
  runEnsemble,
} from '@wormwood/epidemic';
import { checkLab } from '@wormwood/files/lab';
import { checkScenario } from '@wormwood/files/scenario';
import { labChart, labOutcome, labReport, runLabInMemory } from '@wormwood/lab';
import {
  addressMap,
  comparisonReport,
  designMap,
  experimentReport,
  heatTerminal,
  type LineChart,
  outbreakReport,
  type Picture,
  pictureSvg,
  renderReport,
  type Report,
  type SimulationResult,
  sweepMap,
  sweepReport,
  type SweepResult,
  toEnsembleResult,
  toSingleResult,
  toSvg,
  toTerminal,
} from '@wormwood/report';
import { expect, it } from 'vitest';
import { wormwoodInProcess } from '../in-process-test-support.ts';

const GALLERY = fileURLToPath(new URL('../../../../docs/gallery', import.meta.url));
const SEED = '1';
/** No release changes the pictures. */
const VERSION = '0.0.0';
const FILE_BYTES_MAX = 100_000;
const RUNS = 40;

interface Variation {
  readonly name?: string;
  readonly honeypots?: number;
  readonly start?: string;
  readonly infected?: number;
  readonly vulnerable?: number;
  readonly space?: string;
}

function scenarioText(variation: Variation = {}): string {
  const { name = 'small', space = '2^16', vulnerable = 2000, infected = 5 } = variation;
  const { honeypots = 3000, start = '1min' } = variation;
  return `version: 1
name: ${name}
duration: 5min
space: ${space}
population: { vulnerable: ${vulnerable}, infected: ${infected} }
worm: { scanRate: 2/s }
defenses: [{ kind: honeypots, count: ${honeypots}, start: ${start}, delay: 2s }]
sample: 5s
milestones: [{ at: 1min, infected: 150, reported: a report to compare with }]
sources: ['Somebody, Somewhere (2004)']
`;
}

function scenarioOf(variation: Variation = {}) {
  const check = checkScenario(scenarioText(variation), 'gallery.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  return check;
}

function once(engine: EngineName, variation: Variation = {}) {
  const { scenario, outbreak } = scenarioOf(variation);
  const randomness = { streams: randomStreams(SEED), replicate: 0 };
  const control = { shouldStop: () => false, progress: () => undefined, keepInfections: true };
  const run = engineNamed(engine).run(outbreak, randomness, control);
  return { run, outbreak, result: toSingleResult(run, { scenario, seed: SEED, version: VERSION }) };
}

async function often(engine: EngineName, variation: Variation = {}): Promise<SimulationResult> {
  const { scenario, outbreak } = scenarioOf(variation);
  const request = { outbreak, engine, seed: SEED, runs: RUNS };
  const ensemble = await runEnsemble(request, (chunk) => Promise.resolve(runChunk(chunk)), { workers: 1 });
  return toEnsembleResult(ensemble, { scenario, seed: SEED, version: VERSION });
}

async function hangs(file: string, content: string): Promise<void> {
  expect(Buffer.byteLength(content), `${file} is small enough for a repository`).toBeLessThan(FILE_BYTES_MAX);
  await expect(content).toMatchFileSnapshot(`${GALLERY}/${file}`);
}

async function hangsChart(name: string, chart: LineChart): Promise<void> {
  await hangs(`${name}.svg`, `${toSvg(chart, { theme: 'auto' })}\n`);
  await hangs(`${name}.txt`, `${toTerminal(chart)}\n`);
}

function hangsPicture(name: string, picture: Picture): Promise<void> {
  return hangs(`${name}.svg`, `${pictureSvg(picture, { theme: 'auto' })}\n`);
}

function chartsOf(report: Report): readonly LineChart[] {
  return report.sections.flatMap(({ charts }) => charts);
}

it('one outbreak: the mean field, an ensemble with its band, and one that stays small', async () => {
  await hangsChart('trajectory', chartsOf(outbreakReport(once('ode').result))[0]!);
  await hangsChart('trajectory-ensemble', chartsOf(outbreakReport(await often('hosts')))[0]!);
  const small = once('ode', { honeypots: 4000, start: '0s', infected: 20 }).result;
  await hangsChart('trajectory-small', chartsOf(outbreakReport(small))[0]!);
});

it('several outbreaks side by side', async () => {
  const results = [1000, 3000, 10_000].map((honeypots) => {
    const { result } = once('ode', { honeypots });
    return { name: formatCount(honeypots), result };
  });
  const report = comparisonReport(results, { title: 'By number of honeypots', names: 'honeypots' });
  const [infected, ever] = chartsOf(report);
  await hangsChart('comparison-infected', infected!);
  await hangsChart('comparison-ever-infected', ever!);
});

it('two engines side by side, and how far they differ', async () => {
  const pair = async (honeypots: number) => ({
    name: formatCount(honeypots),
    meanField: once('ode', { honeypots }).result,
    ensemble: await often('hosts', { honeypots }),
  });
  const pairs = [await pair(1000), await pair(3000), await pair(10_000)];
  const report = experimentReport({
    title: 'An experiment',
    featured: pairs[1]!,
    series: [{ title: 'Honeypots after 1 min', text: 'More honeypots, fewer infected hosts.', pairs }],
    untilSeconds: 240,
  });
  const charts = new Map(chartsOf(report).map((chart) => [chart.id, chart]));
  await hangsChart('agreement', charts.get('agreement')!);
  await hangsChart('difference', charts.get('agreement-difference')!);
  await hangsChart('references', charts.get('honeypots-after-1-min-infected')!);
});

it('fields and maps', async () => {
  await hangsPicture('design-map', designMap(scenarioOf().outbreak)!);
  // A map of few cells: a pixel is an address.
  const { outbreak, run } = once('hosts', { space: '2^12', vulnerable: 300, honeypots: 400 });
  const { address, host, timeSeconds } = run.infections!;
  const placed = placePopulation(outbreak, randomStreams(SEED).stream(PLACEMENT_STREAM, 0));
  const map = addressMap(
    { space: outbreak, hostAddress: address, honeypotAddress: placed.honeypotAddress, host, timeSeconds },
    { id: 'address-map', title: 'small: where', timeText: formatDuration },
  );
  await hangsPicture('address-map', map);
});

it('a sweep over two paths: a map with all its values, one of many tiles, and the report', async () => {
  const sweepOf = (counts: readonly number[], starts: readonly string[]): SweepResult => ({
    name: 'small',
    engine: 'ode',
    runs: 1,
    paths: ['defenses.0.count', 'defenses.0.start'],
    cells: counts.flatMap((honeypots) =>
      starts.map((start) => ({
        id: `${honeypots} ${start}`,
        values: { 'defenses.0.count': honeypots, 'defenses.0.start': start },
        seed: SEED,
        runs: 1,
        summary: once('ode', { honeypots, start }).result.summary as SweepResult['cells'][number]['summary'],
      })),
    ),
  });
  const few = sweepOf([500, 1000, 2000, 4000, 8000], ['0s', '20s', '40s', '1min', '80s', '100s', '2min']);
  await hangsPicture('sweep-map', sweepMap(few)!);
  await hangs('sweep-map.txt', `${heatTerminal(sweepMap(few)!)}\n`);
  await hangs('sweep-report.html', renderReport(sweepReport(few, VERSION)));
  const counts = Array.from({ length: 30 }, (_, row) => 400 * (row + 1));
  const many = sweepOf(
    counts,
    counts.map((_, column) => `${5 * column}s`),
  );
  await hangsPicture('sweep-map-many', sweepMap(many)!);
  await hangs('sweep-map-many.txt', `${heatTerminal(sweepMap(many)!)}\n`);
});

it('a lab over its prediction', async () => {
  const text = `version: 1
scenario:
  version: 1
  name: small-lab
  duration: 2min
  space: 10.66.0.0/22
  population: { vulnerable: 200, infected: 5 }
  worm: { scanRate: 1/s }
  defenses: [{ kind: honeypots, count: 100 }]
  sample: 2s
`;
  const check = checkLab(text, 'small-lab.yaml');
  if (!check.ok) throw new Error(check.diagnostics[0]?.message);
  const { lab, outbreak } = check;
  const runs = await Promise.all(
    [0, 1].map((replicate) => runLabInMemory({ lab, outbreak, streams: randomStreams(SEED), replicate })),
  );
  const experiment = { lab, outbreak, medium: 'memory' as const, seed: SEED, version: VERSION, runs };
  const { result, prediction } = await labOutcome(experiment);
  await hangsChart('lab', labChart(result));
  await hangs('lab-report.html', renderReport(labReport(result, prediction)));
});

it('a report', async () => {
  await hangs('report.html', renderReport(outbreakReport(once('ode').result)));
});

it('a plot without Braille', async () => {
  const [chart] = chartsOf(outbreakReport(once('ode').result));
  await hangs('trajectory-ascii.txt', `${toTerminal(chart!, { unicode: false })}\n`);
});

it.each([
  ['sim-run', ['sim', 'run', '-', '--engine', 'hosts', '--runs', '20']],
  ['sim-observe', ['sim', 'observe', '-', '--telescope', '/20', '--interval', '2s']],
])('what %s prints', async (name, args) => {
  const text = scenarioText(name === 'sim-run' ? {} : { honeypots: 0 });
  const { code, stdout } = await wormwoodInProcess(args, { input: text });
  expect(code).toBe(0);
  await hangs(`${name}.txt`, stdout);
});

it('shows every picture that there is, and no other', () => {
  const page = readFileSync(`${GALLERY}.md`, 'utf8');
  const shown = [...page.matchAll(/\]\(gallery\/([^)]+)\)/g)].map(([, file]) => file);
  expect(readdirSync(GALLERY).sort()).toEqual([...new Set(shown)].sort());
});
