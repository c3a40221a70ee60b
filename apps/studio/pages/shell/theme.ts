/** Light or dark: as the system has it, until the reader says otherwise. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { type Palette, paletteOf } from '@wormwood/report';

export type ThemeName = 'light' | 'dark';

const KEY = 'wormwood.theme';
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<ThemeName>(darkSystem.matches ? 'dark' : 'light');
const chosen = signal<ThemeName | null>(stored());

/** The theme that is shown. */
export const theme: ReadonlySignal<ThemeName> = computed(() => chosen.value ?? systemTheme.value);

/** The colours of the reports in this theme. */
export const palette: ReadonlySignal<Palette> = computed(() => paletteOf(theme.value));

/** Shows the other theme from now on; one that the system has is not kept. */
export function switchTheme(): void {
  const next = theme.peek() === 'dark' ? 'light' : 'dark';
  chosen.value = next === systemTheme.peek() ? null : next;
  try {
    if (chosen.value === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Without a store the choice lasts as long as the page.
  }
}

function stored(): ThemeName | null {
  try {
    const text = localStorage.getItem(KEY);
    return text === 'light' || text === 'dark' ? text : null;
  } catch {
    return null;
  }
}

/** Keeps the document in the theme: its `data-theme`, and the colours as custom properties. */
export function followTheme(): void {
  darkSystem.addEventListener('change', () => {
    systemTheme.value = darkSystem.matches ? 'dark' : 'light';
  });
  effect(() => {
    const { documentElement } = document;
    documentElement.dataset['theme'] = theme.value;
    const { background, text, muted, grid, honeypots, role } = palette.value;
    const colors = { background, text, muted, grid, honeypots, ...role };
    for (const [name, color] of Object.entries(colors))
      documentElement.style.setProperty(`--ww-${name}`, color);
  });
}
