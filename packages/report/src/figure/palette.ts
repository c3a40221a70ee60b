/**
 * Colours. Compartments keep one colour everywhere. Ordered series (honeypot counts) run over a scale whose lightness
 * changes in even steps, from the strongest contrast to the weakest that a line may have (3:1, WCAG 2.1, 1.4.11), so
 * that their order survives colour blindness and a black-and-white printer.
 */
import type { Line } from './chart.ts';

export type Theme = 'light' | 'dark' | 'auto';

/** The colours of figures in one theme. */
export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly honeypots: string;
  readonly role: Readonly<Record<Exclude<Line['role'], 'sequence'>, string>>;
  /** From few to many; `lineColors` spreads the lines over it. */
  readonly sequence: readonly string[];
}

export const LIGHT: Palette = {
  background: '#ffffff',
  text: '#1c2430',
  muted: '#5b6675',
  grid: '#e1e5ea',
  honeypots: '#c98a00',
  role: {
    susceptible: '#0072b2',
    infected: '#cc3311',
    immunized: '#00806f',
    everInfected: '#7d1a12',
    reference: '#111820',
  },
  sequence: ['#210072', '#48057c', '#6d1279', '#921d6d', '#b12d59', '#c9443f', '#d66112', '#d17f00'],
};

export const DARK: Palette = {
  background: '#12161c',
  text: '#e6eaf0',
  muted: '#9aa5b4',
  grid: '#272f3a',
  honeypots: '#e8b84a',
  role: {
    susceptible: '#66b2e8',
    infected: '#ff7a5c',
    immunized: '#3fc9b0',
    everInfected: '#ffb9ab',
    reference: '#f4f6f9',
  },
  sequence: ['#ffe5b0', '#ffcb9b', '#ffb08e', '#ff908c', '#f3749c', '#d367b0', '#ae5fbe', '#8459c3'],
};

/** Names of the custom properties that `paletteStyle` declares. */
const PAGE_COLORS = ['background', 'text', 'muted', 'grid'] as const;

/** Returns CSS custom properties for a page around figures: light, and dark where the reader prefers it. */
export function paletteStyle(): string {
  const declare = (palette: Palette): string =>
    [
      ...PAGE_COLORS.map((name) => `--ww-${name}:${palette[name]}`),
      ...Object.entries(palette.role).map(([name, color]) => `--ww-${name}:${color}`),
    ].join(';');
  return `:root{${declare(LIGHT)}}@media screen and (prefers-color-scheme:dark){:root{${declare(DARK)}}}`;
}

/**
 * Returns CSS that repaints a light figure of class `ww-figure` if the reader prefers dark. The figure itself has light
 * colours, so a program without media queries draws it light.
 */
export function darkFigureStyle(): string {
  const rules = [...pairs()].map(([light, dark]) => {
    const selector = (attribute: string): string =>
      `.ww-figure [${attribute}="${light}"]{${attribute}:${dark}}`;
    return selector('fill') + selector('stroke');
  });
  return `@media screen and (prefers-color-scheme:dark){${rules.join('')}}`;
}

/** Each light colour with its dark counterpart. */
function pairs(): ReadonlyMap<string, string> {
  const colors = ({ background, text, muted, grid, role, sequence }: Palette): readonly string[] => [
    background,
    text,
    muted,
    grid,
    ...Object.values(role),
    ...sequence,
  ];
  const dark = colors(DARK);
  return new Map(colors(LIGHT).map((color, index) => [color, dark[index] ?? color]));
}

/** Returns the colours to draw with; a figure of theme `auto` holds the light ones beside `darkFigureStyle`. */
export function paletteOf(theme: Theme): Palette {
  return theme === 'dark' ? DARK : LIGHT;
}

/** Returns the colour of each line; lines of an ordered sequence are spread over the whole scale. */
export function lineColors(lines: readonly Line[], { role, sequence, text }: Palette): readonly string[] {
  const last = sequence.length - 1;
  const ordered = lines.filter((line) => line.role === 'sequence').length;
  let next = 0;
  return lines.map((line) => {
    if (line.role !== 'sequence') return role[line.role];
    const place = ordered > 1 ? next++ / (ordered - 1) : 0;
    return sequence[Math.round(place * last)] ?? text;
  });
}

/** Patterns of dashes, so that no line differs from others by its colour alone; those of a sequence, from few to many. */
const ROLE_DASHES: Readonly<Record<Exclude<Line['role'], 'sequence'>, string | null>> = {
  susceptible: '9 4',
  infected: null,
  immunized: '2 3',
  everInfected: '14 3',
  reference: '6 4',
};
const SEQUENCE_DASHES = [null, '12 4', '6 3', '3 3', '12 3 3 3', '6 3 2 3', '12 3 2 3 2 3', '2 4'] as const;

/** Returns the pattern of each line as SVG writes it, null for a line without gaps. */
export function lineDashes(lines: readonly Line[]): readonly (string | null)[] {
  let next = 0;
  return lines.map(({ role }) =>
    role === 'sequence' ? (SEQUENCE_DASHES[next++ % SEQUENCE_DASHES.length] ?? null) : ROLE_DASHES[role],
  );
}
