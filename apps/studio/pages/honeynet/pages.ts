/** The pages of the honeynet, which a server feeds. */
import type { Page } from '../shell/page.ts';

/** In the order of their tabs. */
export const honeynetPages: readonly Page[] = [
  { path: '/honeynet', title: 'Honeynet', load: async () => (await import('./live-page.tsx')).LivePage },
  { path: '/hosts', title: 'Hosts', load: async () => (await import('./hosts-page.tsx')).HostsPage },
  { path: '/hosts/:address', title: 'Host', load: async () => (await import('./hosts-page.tsx')).HostPage },
  { path: '/sources', title: 'Sources', load: async () => (await import('./sources-page.tsx')).SourcesPage },
  {
    path: '/sources/:address',
    title: 'Source',
    load: async () => (await import('./source-page.tsx')).SourcePage,
  },
  {
    path: '/sessions',
    title: 'Sessions',
    load: async () => (await import('./sessions-page.tsx')).SessionsPage,
  },
  {
    path: '/sessions/:id',
    title: 'Session',
    load: async () => (await import('./session-page.tsx')).SessionPage,
  },
  {
    path: '/decisions',
    title: 'Decisions',
    load: async () => (await import('./decisions-page.tsx')).DecisionsPage,
  },
  { path: '/audit', title: 'Audit', load: async () => (await import('./audit-page.tsx')).AuditPage },
  {
    path: '/forecast',
    title: 'Forecast',
    load: async () => (await import('./forecast/forecast-page.tsx')).ForecastPage,
  },
];
