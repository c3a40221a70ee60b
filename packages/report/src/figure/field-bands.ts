/**
 * Bands of a fraction, from little infected to all, with their colours: lightness falls in even steps, so that the order survives
 * colour blindness. The dark style repaints neither the bands nor what is written on them.
 */
import { paletteOf, type Theme } from './palette.ts';
import { escapeXml } from './xml.ts';

/** Fractions that separate the bands of hosts ever infected. */
export const EVER_INFECTED_LEVELS: readonly number[] = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.95];

/** The colour of each band, the lowest first. */
export const FIELD_BANDS: readonly string[] = [
  '#d9f0ea',
  '#b5dfd3',
  '#e9e3b4',
  '#f0c987',
  '#ec9f6a',
  '#db6b4f',
  '#b23a3a',
  '#7c1d2b',
];

/** The first band on which light text has more contrast than dark. */
const DARK_BANDS_FROM = 6;
export const INK = '#10151c';
export const HALO = '#fefefe';

/** Returns the index of the band that a fraction lies in. */
export function bandOf(fraction: number, levels: readonly number[]): number {
  return levels.filter((level) => fraction >= level).length;
}

/** Returns the colour of text on a band. */
export function inkOn(band: number): string {
  return band < DARK_BANDS_FROM ? INK : HALO;
}

/** Returns what each band holds, from the lowest: `below 1%`, `1 to 5%`, … */
export function bandNames(levels: readonly number[]): readonly string[] {
  const percent = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))}%`;
  return [
    `below ${percent(levels[0]!)}`,
    ...levels.slice(1).map((level, index) => `${percent(levels[index]!)} to ${percent(level)}`),
    `above ${percent(levels.at(-1)!)}`,
  ];
}

/** Returns the key of the bands as SVG, the highest on top. */
export function bandScale(
  { levels, levelLabel }: { readonly levels: readonly number[]; readonly levelLabel: string },
  { x, y: top, theme }: { readonly x: number; readonly y: number; readonly theme: Theme },
): string {
  const { text, muted } = paletteOf(theme);
  const names = bandNames(levels);
  const rows = names.map((name, index) => {
    const y = top + 14 + (names.length - 1 - index) * 22;
    return (
      `<rect x="${x}" y="${y}" width="14" height="14" fill="${FIELD_BANDS[index]}"/>` +
      `<text x="${x + 20}" y="${y + 12}" font-size="12" fill="${text}">${name}</text>`
    );
  });
  return `<text x="${x}" y="${top}" font-size="12" fill="${muted}">${escapeXml(levelLabel)}</text>${rows.join('')}`;
}
