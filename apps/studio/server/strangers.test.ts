// What strangers send to the studio's server: requests that are not allowed or make no sense, and events that carry markup. Each
// request gets a sentence, and nothing changes.
import { mkdirSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServerState, SourceList } from './interface/answers.ts';
import {
  eventLine,
  openStudio,
  sensorStart,
  session,
  temporaryDirectory,
  type TestStudio,
  whenRead,
  writeEvents,
} from './studio-test-support.ts';

const SESSION = '0195f3a1-0000-7000-8000-00000000abcd';

/** A request with headers that `fetch` does not let through; an answer as its status and text. */
function raw(
  studio: TestStudio,
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body = '' } = options;
    const asked = request({ host: '127.0.0.1', port: studio.port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('who may ask', () => {
  it('answers as loopback alone, to nobody else’s pages', async () => {
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), [sensorStart()]) });
    for (const host of [
      'attacker.example',
      `attacker.example:${studio.port}`,
      '127.0.0.1',
      `127.0.0.1:${studio.port}.attacker.example`,
    ]) {
      const { status, text } = await raw(studio, '/api/state', { headers: { host } });
      // What is not a host at all is refused before it is compared.
      if (status !== 400)
        expect([host, status, text]).toEqual([host, 421, expect.stringContaining('another host')]);
      expect(status).not.toBe(200);
    }
    for (const origin of ['http://attacker.example', `https://127.0.0.1:${studio.port}`, 'null']) {
      const { status } = await raw(studio, '/api/state', { headers: { origin } });
      expect([origin, status]).toEqual([origin, 403]);
    }
    expect((await raw(studio, '/api/state', { headers: { host: `localhost:${studio.port}` } })).status).toBe(
      200,
    );
  });

  it('sets headers that let no foreign or inline script run', async () => {
    const studio = await openStudio({});
    for (const path of ['/', '/api/state', '/api/nothing', '/nothing.js']) {
      const { headers } = await studio.get(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('changes nothing without the token, and nothing at all without --token', async () => {
    const state = temporaryDirectory();
    const post = (studio: TestStudio, headers: Record<string, string>): ReturnType<typeof raw> =>
      raw(studio, '/api/pause', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"reason":"test"}',
      });
    const reading = await openStudio({ state });
    const origin = (studio: TestStudio): Record<string, string> => ({ origin: studio.origin });
    expect((await post(reading, origin(reading))).text).toContain('start it with --token');
    const studio = await openStudio({ state, writable: true });
    const token = studio.token ?? '';
    expect((await post(studio, {})).status).toBe(403);
    expect((await post(studio, origin(studio))).text).toContain('has not shown the token');
    expect((await post(studio, { 'x-wormwood-token': `${token}x` })).text).toContain('The token is wrong');
    expect(
      (await post(studio, { 'x-wormwood-token': token, origin: 'http://attacker.example' })).status,
    ).toBe(403);
    const cookie = (await raw(studio, `/enter?token=${token}`)).headers['set-cookie'] as string[];
    expect(cookie.join()).toMatch(/HttpOnly; SameSite=Strict|SameSite=Strict; HttpOnly/);
    expect((await raw(studio, '/enter?token=guess')).status).toBe(403);
    expect(readdirSync(state)).toEqual([]);
    const bare = { cookie: cookie[0]?.split(';')[0] ?? '' };
    // A form of another site sends the cookie of a lax browser, and has no Origin of ours.
    expect((await post(studio, bare)).status).toBe(403);
    const done = await post(studio, { ...bare, ...origin(studio) });
    expect([done.status, JSON.parse(done.text)]).toMatchObject([
      200,
      { lines: expect.arrayContaining([expect.objectContaining({ event: 'respond.pause' })]) },
    ]);
    expect(await studio.json('/api/decisions')).toMatchObject({ paused: true });
    expect(await studio.json('/api/audit')).toMatchObject({ ok: true });
  });

  it('refuses what is too long, of another kind, or nowhere, with a sentence each', async () => {
    const studio = await openStudio({ state: temporaryDirectory(), writable: true });
    const headers = { 'x-wormwood-token': studio.token ?? '', 'content-type': 'application/json' };
    const post = (body: string, more: Record<string, string> = {}): ReturnType<typeof raw> =>
      raw(studio, '/api/pause', { method: 'POST', headers: { ...headers, ...more }, body });
    expect((await post(JSON.stringify({ reason: 'x'.repeat(10_000) }))).status).toBe(413);
    expect((await post('{}')).status).toBe(400);
    expect((await post('{"reason":"two\\nlines"}')).text).toContain('one line of text');
    expect((await post('nothing')).status).toBe(400);
    expect((await post('reason=x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await raw(studio, '/api/state', { headers: { x: 'y'.repeat(20_000) } })).status).toBe(431);
    expect((await raw(studio, '/api/pause')).status).toBe(405);
    expect((await raw(studio, '/api/sources/1.2.3')).status).toBe(400);
    for (const path of [
      '/../../package.json',
      '/%2e%2e/%2e%2e/package.json',
      '/assets/..%2f..%2fserver/index.js',
      '//etc/passwd',
      '/api/../../etc/passwd',
    ]) {
      const { status, text } = await raw(studio, path);
      expect([path, status]).toEqual([path, 404]);
      expect(text).toContain('There is n');
    }
  });

  it('answers on beside a thousand idle connections, and lets go of them', { timeout: 60_000 }, async () => {
    const studio = await openStudio({});
    const sockets = Array.from({ length: 1000 }, () =>
      connect(studio.port, '127.0.0.1').on('error', () => undefined),
    );
    let closed = 0;
    for (const socket of sockets) socket.on('close', () => closed++).resume();
    await expect.poll(() => sockets.filter(({ connecting }) => !connecting).length).toBe(1000);
    expect((await studio.get('/api/state')).status).toBe(200);
    await expect.poll(() => closed, { timeout: 40_000 }).toBe(1000);
  });
});

/** Mutated requests; 1,000 take two seconds. */
const MUTANTS = 1000;
/** What paths are made of, and what they must not be made of. */
const WORDS =
  `api events sources sessions hosts decisions audit forecast growth overview pause resume approve enter openapi.json assets 192.0.2.9
  ${SESSION} index.html .. %2e%2e %00 % %ff %F0%9F \\\\ // * <script> __proto__ etc/passwd`.split(/\s+/);

it(`a request that somebody has tampered with gets a sentence, and changes nothing: ${MUTANTS} of them`, async () => {
  const state = temporaryDirectory();
  const events = writeEvents(temporaryDirectory(), [sensorStart(), ...session(10, '192.0.2.9', SESSION)]);
  const studio = await openStudio({ events, state, writable: true });
  await whenRead(studio, 4);
  const before = readdirSync(state);
  const part = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 }));
  const pair = fc.tuple(
    fc.oneof(
      fc.constantFrom('filter', 'after', 'before', 'limit', 'offset', 'order', 'response', 'token', 'last'),
      fc.string({ maxLength: 8 }),
    ),
    fc.oneof(
      fc.constantFrom(
        '-1',
        '1e309',
        'NaN',
        '0',
        'src_ip:',
        'event:*',
        '%',
        '9'.repeat(3000),
        "' OR 1=1 --",
        'proto:__proto__',
        'proto:constructor',
        '[]',
      ),
      fc.string({ maxLength: 20 }),
    ),
  );
  const written = (text: string): string => text.replaceAll(/[^!-~]/gu, (each) => encodeURIComponent(each));
  const mutant = fc.record({
    path: fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => written(`/${parts.join('/')}`)),
    query: fc
      .array(pair, { maxLength: 3 })
      .map((pairs) => written(pairs.map((each) => each.join('=')).join('&'))),
    method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    headers: fc.constantFrom<Record<string, string>>(
      {},
      { origin: 'http://attacker.example' },
      { host: 'attacker.example' },
      { 'content-type': 'application/json' },
      { 'x-wormwood-token': 'guess' },
    ),
  });
  const statuses = new Map<number, number>();
  for (const { path, query, method, headers } of fc.sample(mutant, { numRuns: MUTANTS, seed: 17 })) {
    // A stream of news goes on for ever.
    if (path.startsWith('/api/stream')) continue;
    const asked = query === '' ? path : `${path}?${query}`;
    const { status, text, headers: answered } = await raw(studio, asked, { method, headers });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 200 || status === 302) continue;
    const type = (answered['content-type'] as string | undefined) ?? '';
    const sentence = type.startsWith('application/json') ? (JSON.parse(text) as { error: string }).error : '';
    // What is not HTTP the server of the language refuses before it comes here.
    const isRefused = status < 500 && (/^[A-Z].{10,}\.$/s.test(sentence) || status === 400);
    expect([asked, method, headers, status, text, isRefused]).toEqual([
      asked,
      method,
      headers,
      status,
      text,
      true,
    ]);
  }
  expect(statuses.size).toBeGreaterThan(3);
  expect([readdirSync(state), studio.troubles]).toEqual([before, []]);
  expect((await studio.get('/api/state')).status).toBe(200);
});

describe('lines of strangers', () => {
  it('come out as data, cut to what a page can show', async () => {
    const evil = '<script>alert(1)</script>\u001b[31m\u202egnp.exe';
    const lines = [
      eventLine(1, {
        event: 'probe.tcp',
        src_ip: '192.0.2.9',
        dst_ip: '10.9.0.1',
        dst_port: 1,
        proto: 'tcp',
        message: evil,
      }),
      eventLine(2, { event: 'service.message', text: 'B'.repeat(900_000), message: 'long' }),
      '{"v":1,"ts":"2026-03-01T12:00:00.000003Z","event":"probe.tcp","__proto__":{"polluted":true},"src_ip":"192.0.2.9"}',
      '{"event":"probe.tcp"',
      '[]',
      'A'.repeat(2_500_000),
      eventLine(4, { event: 'x'.repeat(100), message: 'name' }),
      eventLine(5, {
        event: 'probe.udp',
        src_ip: ['192.0.2.9'],
        dst_port: -1,
        proto: {},
        ts2: { a: { b: { c: { d: { e: 1 } } } } },
      }),
      eventLine(6, {
        event: 'probe.udp',
        message: 'wide',
        ...Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`field${i}`, ['C'.repeat(3000)]])),
      }),
    ];
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), lines) });
    await expect
      .poll(
        async () =>
          (await studio.json<{ progress: { malformed: number; events: number } }>('/api/state')).progress,
      )
      .toMatchObject({ events: 5, malformed: expect.toSatisfy((count: number) => count >= 4) });
    const answer = await studio.get('/api/events');
    expect(answer.headers.get('content-type')).toContain('application/json');
    const { events } = (await answer.json()) as {
      readonly events: readonly { readonly event: Readonly<Record<string, unknown>> }[];
    };
    expect(events.find(({ event }) => event['message'] === evil)).toBeDefined();
    expect(String(events.find(({ event }) => event['message'] === 'long')?.event['text'])).toHaveLength(
      2000 + '… (900000 characters)'.length,
    );
    // A piece of the stream of news is so many of these at the most.
    const wide = events.find(({ event }) => event['message'] === 'wide');
    expect(JSON.stringify(wide).length).toBeGreaterThan(6000);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(10_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  const FIELDS = `id ts event sensor host session src_ip src_port dst_ip dst_port proto community_id message handshake source_proof
    src_mac payload_sha256 payload_length packets of backscatter tcp_flags ip_length reason duration nets version text user`;
  it('stay within bounds whatever field they are in', { timeout: 60_000 }, async () => {
    const texts = [
      '<script>alert(1)</script>"\u0000\u001b]0;title\u0007\u001b[31m\u202e\u2066',
      'M'.repeat(900_000),
      '../../../etc/passwd',
      '__proto__',
    ];
    const fields = FIELDS.split(/\s+/);
    const lines = fields.flatMap((field, at) =>
      texts.map((text, index) => {
        const usual = JSON.parse(session(10 * at + index, '192.0.2.9', SESSION)[0] ?? '') as object;
        return JSON.stringify({ ...usual, [field]: text });
      }),
    );
    const events = writeEvents(temporaryDirectory(), [sensorStart(), ...lines]);
    const studio = await openStudio({ events });
    // A time that is none, and a name that is too long, make a line malformed; all others are events.
    const malformed = texts.length + 1;
    await whenRead(studio, 1 + lines.length - malformed);
    expect((await studio.json<ServerState>('/api/state')).progress).toMatchObject({ malformed });
    for (const path of [
      'events?limit=500',
      'overview',
      'sources',
      'sources/192.0.2.9',
      `sessions/${SESSION}`,
    ]) {
      const answer = await studio.get(`/api/${path}`);
      const text = await answer.text();
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        expect.stringContaining('application/json'),
      ]);
      expect([path, /M{3000}/.test(text)]).toEqual([path, false]);
      expect(text.length).toBeLessThan(2_000_000);
    }
    const { sources } = await studio.json<SourceList>('/api/sources');
    expect(sources.map(({ address }) => address)).toEqual(['192.0.2.9']);
    expect(studio.troubles).toEqual([]);
  });

  it('cannot be waited for at a place that is not a file', async () => {
    const directory = temporaryDirectory();
    mkdirSync(`${directory}/events.jsonl`);
    const studio = await openStudio({ events: `${directory}/events.jsonl` });
    await expect
      .poll(
        async () =>
          (await studio.json<{ progress: { troubles: string[] } | null }>('/api/state')).progress?.troubles
            .length ?? 0,
      )
      .toBeGreaterThan(0);
  });
});
