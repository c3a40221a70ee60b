/** The pages of the laboratory. They need no server: the engines run in the page. */
import type { Page } from '../shell/page.ts';

/** In the order of their tabs. */
export const laboratoryPages: readonly Page[] = [
  { path: '/', title: 'Explore', load: async () => (await import('./explore/explore.tsx')).Explore },
  { path: '/watch', title: 'Watch', load: async () => (await import('./watch/watch.tsx')).Watch },
  { path: '/map', title: 'Map', load: async () => (await import('./map/map.tsx')).MapPage },
  { path: '/compare', title: 'Compare', load: async () => (await import('./compare/compare.tsx')).Compare },
  { path: '/story', title: 'Story', load: async () => (await import('./story/story.tsx')).Story },
];
