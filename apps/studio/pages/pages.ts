/** All pages of the studio, in the order of their tabs. */
import { honeynetPages } from './honeynet/pages.ts';
import { laboratoryPages } from './laboratory/pages.ts';
import type { Page } from './shell/page.ts';

/** Pages in groups, as the bar of tabs shows them. */
export interface PageGroup {
  readonly name: string;
  readonly pages: readonly Page[];
}

/** The two halves of the studio. */
export const pageGroups: readonly PageGroup[] = [
  { name: 'Laboratory', pages: laboratoryPages },
  { name: 'Honeynet', pages: honeynetPages },
];
