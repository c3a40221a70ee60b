/** The desk of the Explore page: what is on it, and what each move does to the setup, the address and the picture of before. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type LineChart, settledSeconds, trajectoryChart } from '@wormwood/report';
import { changeQuery, place } from '../../shell/place.ts';
import { band, compute, isMoving, setup, shown } from '../engine/state.ts';
import type { Change } from '../scenario/difference.ts';
import { loadPreset } from '../scenario/presets.ts';
import { type Changed, queryOf, readQuery, type Setup, setupOf, withChanges } from '../scenario/setup.ts';

/** What is wrong with the address or the last move, in a sentence. */
export const problem = signal<string | null>(null);
/** Whether hosts stand on a logarithmic scale. */
export const isLog = signal(false);
/** The picture before the last movement. */
export const ghost = signal<LineChart | null>(null);

/** While a handle moves, axes stand still. */
let heldUntil = NaN;
let heldMax: number | undefined;

/** The picture of what is shown. */
export const chart: ReadonlySignal<LineChart | null> = computed(() => {
  const result = shown.value;
  if (result === null) return null;
  if (!isMoving.value || Number.isNaN(heldUntil)) heldUntil = settledSeconds(result);
  return trajectoryChart(result, { untilSeconds: heldUntil });
});

/** The largest number of hosts on the axis; undefined where it is the picture's own. */
export const axisMax: ReadonlySignal<number | undefined> = computed(() => {
  const own = chart.value?.y.max ?? (chart.value === null ? 0 : highest(chart.value));
  if (!isMoving.value) heldMax = undefined;
  else heldMax = Math.max(heldMax ?? 0, own);
  return heldMax;
});

/** The band around the mean field in the same picture. */
export const bandChart: ReadonlySignal<LineChart | null> = computed(() => {
  if (band.value !== null) return trajectoryChart(band.value, { untilSeconds: heldUntil });
  return chart.value;
});

function highest({ lines }: LineChart): number {
  let most = 1;
  for (const { y } of lines) for (let i = 0; i < y.length; i++) most = Math.max(most, y[i]!);
  return most * 1.04;
}

let written: string | null = null;
let writing: ReturnType<typeof setTimeout> | undefined;
const WRITE_MS = 350;

/** Shows what a query asks for, unless it was written here. */
export async function openQuery(query: string): Promise<void> {
  if (query === written && setup.peek() !== null) return;
  clearTimeout(writing);
  written = query;
  const read = await readQuery(query, ['scale']);
  if (written !== query) return;
  problem.value = read.problem;
  isLog.value = read.extras['scale'] === 'log';
  ghost.value = null;
  compute(read.setup);
}

/** Carries a setup out: `isMove` while a handle is held. */
export function show(next: Setup, { isMove = false }: { readonly isMove?: boolean } = {}): void {
  if (!isMoving.peek()) ghost.value = chart.peek();
  problem.value = null;
  compute(next, { isMove });
  clearTimeout(writing);
  if (isMove) writing = setTimeout(write, WRITE_MS);
  else write();
}

/** Puts the setup into the address. */
function write(): void {
  const now = setup.peek();
  if (now === null) return;
  const query = queryOf(now, isLog.peek() ? { scale: 'log' } : {});
  written = query;
  if (query !== place.peek().query) changeQuery(query, { isStep: true });
}

/** Carries changes out; what they cannot be stands on the page. */
export function change(
  changes: readonly Change[],
  { isMove = false }: { readonly isMove?: boolean } = {},
): void {
  const now = setup.peek();
  if (now !== null) accept(withChanges(now, changes), { isMove });
}

/** Carries out what was changed, or says why it cannot be. */
export function accept(changed: Changed, { isMove = false }: { readonly isMove?: boolean } = {}): void {
  if (changed.ok) show(changed.setup, { isMove });
  else problem.value = changed.reason;
}

/** Shows a preset as it is. */
export async function openPreset(name: string): Promise<void> {
  const preset = await loadPreset(name);
  ghost.value = null;
  heldUntil = NaN;
  show(setupOf(preset));
  ghost.value = null;
}

/** Switches the scale of hosts. */
export function switchScale(): void {
  isLog.value = !isLog.peek();
  write();
}
