/**
 * Colours. Compartments keep one colour everywhere; ordered series (honeypot counts) run over a scale whose lightness
 * grows evenly, so that it survives colour blindness and a black-and-white printer.
 */
import type { Line } from './chart.ts';

export type Theme = 'light' | 'dark' | 'auto';

export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly role: Readonly<Record<Exclude<Line['role'], 'sequence'>, string>>;
  /** From few to many; `sequenceColor` interpolates. */
  readonly sequence: readonly string[];
}

export const LIGHT: Palette = {
  background: '#ffffff',
  text: '#1c2430',
  muted: '#5b6675',
  grid: '#d9dee5',
  role: {
    susceptible: '#2f6db3',
    infected: '#c0392b',
    immunized: '#2e8b57',
    everInfected: '#b8860b',
    reference: '#6b7280',
  },
  sequence: ['#2b0f3e', '#5b1a6b', '#8f2469', '#c0392b', '#d9652a', '#e08e0b', '#b9a30f', '#5f9e3a'],
};

export const DARK: Palette = {
  background: '#12161c',
  text: '#e6eaf0',
  muted: '#9aa5b4',
  grid: '#2b333e',
  role: {
    susceptible: '#6ea8e8',
    infected: '#ff7b6b',
    immunized: '#63c992',
    everInfected: '#e5b93c',
    reference: '#9aa5b4',
  },
  sequence: ['#d6b3ff', '#c58af0', '#e07bc1', '#ff7b6b', '#ff9a5c', '#f2b632', '#d9d044', '#8fd06a'],
};

const SEQUENCE_LENGTH = LIGHT.sequence.length;

/** Names of the custom properties under which a page may restyle figures of theme `auto`. */
function variables(palette: Palette): readonly (readonly [name: string, color: string])[] {
  return [
    ['background', palette.background],
    ['text', palette.text],
    ['muted', palette.muted],
    ['grid', palette.grid],
    ...Object.entries(palette.role),
    ...palette.sequence.map((color, index) => [`sequence-${index}`, color] as const),
  ];
}

/** Returns CSS that gives the colours of the light theme, and of the dark one where the reader prefers it. */
export function paletteStyle(): string {
  const declare = (palette: Palette): string =>
    variables(palette)
      .map(([name, color]) => `--ww-${name}:${color}`)
      .join(';');
  return `:root{${declare(LIGHT)}}@media (prefers-color-scheme:dark){:root{${declare(DARK)}}}`;
}

/** Returns the colours to draw with; those of theme `auto` follow `paletteStyle`. */
export function paletteOf(theme: Theme): Palette {
  if (theme !== 'auto') return theme === 'dark' ? DARK : LIGHT;
  const follow = (name: string, color: string): string => `var(--ww-${name},${color})`;
  return {
    background: follow('background', LIGHT.background),
    text: follow('text', LIGHT.text),
    muted: follow('muted', LIGHT.muted),
    grid: follow('grid', LIGHT.grid),
    role: {
      susceptible: follow('susceptible', LIGHT.role.susceptible),
      infected: follow('infected', LIGHT.role.infected),
      immunized: follow('immunized', LIGHT.role.immunized),
      everInfected: follow('everInfected', LIGHT.role.everInfected),
      reference: follow('reference', LIGHT.role.reference),
    },
    sequence: LIGHT.sequence.map((color, index) => follow(`sequence-${index}`, color)),
  };
}

/** Returns the colour of each line; lines of an ordered sequence are spread over the whole scale. */
export function lineColors(lines: readonly Line[], palette: Palette): readonly string[] {
  const ordered = lines.filter(({ role }) => role === 'sequence');
  const step = ordered.length > 1 ? (SEQUENCE_LENGTH - 1) / (ordered.length - 1) : 0;
  let next = 0;
  return lines.map(({ role }) => {
    if (role !== 'sequence') return palette.role[role];
    return palette.sequence[Math.round(next++ * step) % SEQUENCE_LENGTH] ?? palette.text;
  });
}
