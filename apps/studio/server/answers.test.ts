// What the server answers is what its interface says, no more and no less: every route of the demonstration, the state, the stream
// of news, and the basis of a forecast while an alarm stands.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { routes } from './http/routes.ts';
import * as answers from './interface/answers.ts';
import { outbreakEvents } from './outbreak-events-test-support.ts';
import {
  openStudio,
  temporaryDirectory,
  type TestStudio,
  whenRead,
  writeEvents,
} from './studio-test-support.ts';

/** The scanner of the demonstration that gets the first verdict, and a host that it contacts. */
const SOURCE = '192.0.2.23';
const HOST = '10.3.0.25';

/** What stands for the parameters of a path; identifiers are those of the demonstration. */
interface Known {
  readonly session: string;
  readonly decision: string;
}

function pathsOf(path: string, { session, decision }: Known): string {
  if (path.startsWith('/sessions')) return path.replace(':id', session);
  if (path.startsWith('/decisions')) return path.replace(':id', decision);
  return path.replace(':address', path.startsWith('/hosts') ? HOST : SOURCE);
}

/** A field that the shape does not name is left out by it, one that is missing is refused by it. */
function expectDescribed(what: string, shape: z.ZodType, answer: unknown): void {
  const read = shape.safeParse(answer);
  expect([what, read.error?.issues ?? []]).toEqual([what, []]);
  expect([what, read.data]).toEqual([what, answer]);
}

async function firstDecision(studio: TestStudio): Promise<string> {
  for (;;) {
    const { proposed } = await studio.json<answers.DecisionList>('/api/decisions');
    const [first] = proposed;
    if (first !== undefined) return first.decision.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function firstSession(studio: TestStudio): Promise<string> {
  const { sessions } = await studio.json<answers.SourceReport>(`/api/sources/${SOURCE}`);
  return String(sessions.at(-1)?.event['session']);
}

async function firstNews(studio: TestStudio): Promise<unknown> {
  const reader = (await studio.get('/api/stream')).body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('\n\n')) {
    const { value, done } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null');
}

describe('answers are as they are described', () => {
  it('by every route of the demonstration, and by the stream', { timeout: 60_000 }, async () => {
    const studio = await openStudio({ demo: true, writable: true });
    const known = { decision: await firstDecision(studio), session: await firstSession(studio) };
    const headers = {
      'x-wormwood-token': studio.token ?? '',
      'content-type': 'application/json',
      origin: studio.origin,
    };
    for (const { method, path, answer } of routes) {
      const asked = `${studio.origin}/api${pathsOf(path, known)}`;
      const response =
        method === 'get'
          ? await fetch(asked)
          : await fetch(asked, { method: 'POST', headers, body: JSON.stringify({ reason: 'a test' }) });
      const value: unknown = await response.json();
      expect([path, response.status, value]).toEqual([path, 200, value]);
      expectDescribed(`${method} ${path}`, answer, value);
    }
    // With everything on it that a page shows.
    const report = await studio.json<answers.SourceReport>(`/api/sources/${SOURCE}`);
    expect(report.verdicts.length).toBeGreaterThan(0);
    expect(report.decisions.length).toBeGreaterThan(0);
    expect((await studio.json<answers.SessionReport>(`/api/sessions/${known.session}`)).talk).not.toBeNull();
    const state = await studio.json<answers.ServerState>('/api/state');
    expect(state.sensor?.status).not.toBeNull();
    expectDescribed('state', answers.state, state);
    expectDescribed('news', answers.news, await firstNews(studio));
  });

  it('while an alarm stands', { timeout: 60_000 }, async () => {
    const { lines } = outbreakEvents('3', 80);
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), lines) });
    await whenRead(studio, lines.length);
    for (const path of ['/api/forecast', '/api/forecast?response=600']) {
      const value = await studio.json<answers.ForecastBasis>(path);
      expect([path, value.reason, value.alarmed === null]).toEqual([path, null, false]);
      expectDescribed(path, answers.forecast, value);
    }
    expectDescribed('overview', answers.overview, await studio.json('/api/overview'));
  });
});
