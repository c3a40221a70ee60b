/** The pages of the honeynet, which a server feeds. */
import type { Page } from '../shell/page.ts';

const load: Page['load'] = async () => (await import('./no-server.tsx')).NoServer;

/** In the order of their tabs. */
export const honeynetPages: readonly Page[] = [
  { path: '/honeynet', title: 'Honeynet', load },
  { path: '/hosts', title: 'Hosts', load },
  { path: '/sources', title: 'Sources', load },
  { path: '/sources/:address', title: 'Source', load },
  { path: '/sessions', title: 'Sessions', load },
  { path: '/sessions/:id', title: 'Session', load },
  { path: '/decisions', title: 'Decisions', load },
  { path: '/audit', title: 'Audit', load },
  { path: '/forecast', title: 'Forecast', load },
];
