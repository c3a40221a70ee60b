// The studio's server: what it finds among events, how it follows them, and what it refuses.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eventLine,
  openStudio,
  probe,
  sensorStart,
  session,
  temporaryDirectory,
  type TestStudio,
  whenRead,
  writeEvents,
} from './studio-test-support.ts';

const program = fileURLToPath(new URL('../../cli/bin/wormwood.js', import.meta.url));
const SESSION = '0195f3a1-0000-7000-8000-00000000abcd';

interface Found {
  readonly events: readonly { readonly seq: number; readonly event: Readonly<Record<string, unknown>> }[];
}

function idsOf({ events }: Found): readonly unknown[] {
  return events.map(({ event }) => event['id']);
}

async function filtered(studio: TestStudio, filter: string, rest = ''): Promise<Found> {
  return studio.json<Found>(`/api/events?limit=500&filter=${encodeURIComponent(filter)}${rest}`);
}

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

describe('events', () => {
  it('a filter finds what looking at every line finds', async () => {
    const sources = ['192.0.2.1', '192.0.2.200', '198.51.100.7', '203.0.113.9'];
    const ports = [22, 80, 445];
    const lines = Array.from({ length: 200 }, (_, i) =>
      probe(i, sources[i % 4] ?? '', ports[i % 3] ?? 0, `10.9.${i % 5}.7`),
    );
    const path = writeEvents(temporaryDirectory(), [
      sensorStart(),
      ...lines,
      ...session(300, '192.0.2.1', SESSION),
    ]);
    const all = [sensorStart(), ...lines, ...session(300, '192.0.2.1', SESSION)].map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    const studio = await openStudio({ events: path });
    await whenRead(studio, all.length);
    const term = fc.record({
      src_ip: fc.option(fc.constantFrom('192.0.2.0/24', '192.0.2.1', '203.0.113.9', '10.0.0.1')),
      dst_ip: fc.option(fc.constantFrom('10.9.3.0/24', '10.9.1.7', '10.9.0.0/16')),
      dst_port: fc.option(fc.constantFrom('22', '445', '4444')),
      event: fc.option(fc.constantFrom('probe.tcp', 'flow.*', 'service.data', 'nothing.*')),
    });
    await fc.assert(
      fc.asyncProperty(term, async (terms) => {
        const filter = Object.entries(terms).flatMap(([key, value]) =>
          value === null ? [] : `${key}:${value}`,
        );
        const wanted = all.filter((event) =>
          Object.entries(terms).every(
            ([key, value]) => value === null || fits(`${event[key] as string | number | undefined}`, value),
          ),
        );
        expect(idsOf(await filtered(studio, filter.join(' ')))).toEqual(
          wanted.map(({ id }) => id).toReversed(),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('says what a filter cannot be', async () => {
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), [sensorStart()]) });
    const sentences = await Promise.all(
      ['srcip:1.2.3.4', 'dst_port:99999', 'event:<script>', 'src_ip:1', 'x'].map(async (filter) => {
        const answer = await studio.get(`/api/events?filter=${encodeURIComponent(filter)}`);
        expect(answer.status).toBe(400);
        return ((await answer.json()) as { error: string }).error;
      }),
    );
    expect(sentences[0]).toContain('Did you mean src_ip?');
    expect(sentences[1]).toBe('dst_port takes a port from 0 to 65535, not "99999".');
  });

  it('follows the file, goes on from its index, makes a deleted one anew, and begins again after a rotation', async () => {
    const directory = temporaryDirectory();
    const path = writeEvents(directory, [sensorStart(), probe(1, '192.0.2.1', 445)]);
    const first = await openStudio({ events: path });
    await whenRead(first, 2);
    appendFileSync(path, `${probe(2, '192.0.2.2', 445)}\n${probe(3, '192.0.2.3', 445).slice(0, 40)}`);
    await whenRead(first, 3);
    appendFileSync(path, `${probe(3, '192.0.2.3', 445).slice(40)}\nno event\n`);
    await whenRead(first, 4);
    const before = await first.json<{ sources: unknown[]; count: number }>('/api/sources');
    expect(before.count).toBe(3);
    await first.close();
    expect(existsSync(`${path}.index`)).toBe(true);

    const second = await openStudio({ events: path });
    await whenRead(second, 4);
    expect(await second.json('/api/sources')).toEqual(before);
    await second.close();

    for (const name of readdirSync(directory).filter((each) => each.includes('.index')))
      rmSync(`${directory}/${name}`);
    const third = await openStudio({ events: path });
    await whenRead(third, 4);
    expect(await third.json('/api/sources')).toEqual(before);

    renameSync(path, `${path}.1`);
    writeFileSync(path, `${sensorStart()}\n${probe(9, '203.0.113.9', 22)}\n`);
    await expect
      .poll(async () =>
        (await third.json<{ sources: { address: string }[] }>('/api/sources')).sources.map(
          ({ address }) => address,
        ),
      )
      .toEqual(['203.0.113.9']);
    const state = await third.json<{ progress: { troubles: string[] } }>('/api/state');
    expect(state.progress.troubles.join()).toContain('rotated or cut');
  });

  it('explains a source to the letter as `detect explain` does', async () => {
    const lines = Array.from({ length: 18 }, (_, i) => probe(1000 * i + 1, '192.0.2.66', 445, `10.9.${i}.7`));
    const path = writeEvents(temporaryDirectory(), [sensorStart(), ...lines]);
    const studio = await openStudio({ events: path });
    await whenRead(studio, 19);
    const { explanation } = await studio.json<{ explanation: string }>('/api/sources/192.0.2.66');
    const printed = execFileSync(
      process.execPath,
      [program, 'detect', 'explain', '192.0.2.66', '--events', path, '-q'],
      {
        encoding: 'utf8',
      },
    );
    expect(explanation).toContain('judged');
    // Each has hash keys of its own, by which it estimates a little more or less.
    const alike = (text: string): string => text.trim().replaceAll(/(?<=\s)[\d,.]+(?= (?:dark|times))/g, '…');
    expect(alike(printed)).toBe(alike(explanation));
  });

  it('keeps no index on a full disk, says so, and answers all the same', async () => {
    if (spawnSync('unshare', ['-rm', 'true']).status !== 0) {
      expect(process.env['WORMWOOD_REQUIRE_ALL'], 'no user namespaces').toBeUndefined();
      console.log('not checked: no user namespaces to mount a small disk in');
      return;
    }
    const path = writeEvents(
      temporaryDirectory(),
      Array.from({ length: 3000 }, (_, i) => probe(i, `192.0.${i % 250}.1`, 445)),
    );
    const script = `
      mount -t tmpfs -o size=2m none /mnt && cp '${path}' /mnt/events.jsonl
      dd if=/dev/zero of=/mnt/filler bs=4k 2>/dev/null; truncate -s -64k /mnt/filler
      "${process.execPath}" "${program}" studio --events /mnt/events.jsonl --listen 127.0.0.1:0 >/tmp/url-$$ 2>/dev/null &
      STUDIO=$!
      for i in $(seq 600); do
        sleep 0.1; URL=$(sed 's/.#.*//' /tmp/url-$$); STATE=$(curl -s "$URL/api/state" || true)
        case "$STATE" in *'"events":3000'*) break;; esac
      done
      echo "$STATE"; rm -f /tmp/url-$$; kill $STUDIO; wait $STUDIO`;
    const { stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' });
    const { progress } = JSON.parse(stdout) as {
      progress: { indexPath: string | null; troubles: string[]; events: number };
    };
    expect(progress).toMatchObject({ indexPath: null, events: 3000 });
    expect(progress.troubles.join()).toContain(
      'The index cannot be kept beside the events: the disk is full.',
    );
  });
});

/** Whether a value is what a term asks for: the plain words of the manual. */
function fits(value: string, wanted: string): boolean {
  if (wanted.endsWith('*')) return value.startsWith(wanted.slice(0, -1));
  if (!wanted.includes('/')) return value === wanted;
  const [network = '', length = '0'] = wanted.split('/');
  const parts = Number(length) / 8;
  return value.split('.').slice(0, parts).join() === network.split('.').slice(0, parts).join();
}

describe('the stream of news', () => {
  /** Reads pieces of a stream until `enough`. */
  async function read(answer: Response, enough: (text: string) => boolean): Promise<string> {
    const reader = answer.body!.getReader();
    const decoder = new TextDecoder();
    let text = '';
    while (!enough(text)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
    return text;
  }

  it('goes on behind the last event that the page has, and names what it leaves out, which can be fetched', async () => {
    const path = writeEvents(temporaryDirectory(), [sensorStart(), probe(1, '192.0.2.1', 445)]);
    const studio = await openStudio({ events: path });
    await whenRead(studio, 2);
    const more = Array.from({ length: 500 }, (_, i) => probe(i + 2, '192.0.2.2', 80));
    appendFileSync(path, more.map((line) => `${line}\n`).join(''));
    await whenRead(studio, 502);
    const answer = await studio.get('/api/stream', { 'last-event-id': '2' });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const text = await read(answer, (so) => so.includes('\n\n'));
    const news = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as Found & {
      gap: { after: number; before: number };
    };
    expect(/^id: (\d+)$/m.exec(text)?.[1]).toBe('502');
    expect(news.gap.after).toBe(2);
    const missing = await filtered(studio, '', `&after=${news.gap.after}&before=${news.gap.before}`);
    const all = [...missing.events, ...news.events].map(({ seq }) => seq);
    expect(all).toEqual(Array.from({ length: 500 }, (_, i) => i + 3));
  });

  it('informs a page of a new event without being asked', async () => {
    const path = writeEvents(temporaryDirectory(), [sensorStart()]);
    const studio = await openStudio({ events: path });
    await whenRead(studio, 1);
    const answer = await studio.get('/api/stream?filter=dst_port:4444');
    setTimeout(
      () => appendFileSync(path, `${probe(1, '192.0.2.1', 22)}\n${probe(2, '192.0.2.1', 4444)}\n`),
      50,
    );
    const text = await read(answer, (so) => so.includes('4444'));
    expect(text).not.toContain('10.9.1.7:22');
  });

  it('opens no more streams than it can serve, and frees those that were left', async () => {
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), [sensorStart()]) });
    const streams = await Promise.all(Array.from({ length: 32 }, () => studio.get('/api/stream')));
    const refused = await studio.get('/api/stream');
    expect([refused.status, await refused.text()]).toEqual([
      503,
      expect.stringContaining('32 pages follow already'),
    ]);
    await Promise.all(streams.map((each) => each.body!.cancel()));
    await expect
      .poll(async () => {
        const again = await studio.get('/api/stream');
        await again.body?.cancel();
        return again.status;
      })
      .toBe(200);
  });
});

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
      // What is no host at all is refused before it is compared.
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
    // What is no HTTP the server of the language refuses before it comes here.
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
    ];
    const studio = await openStudio({ events: writeEvents(temporaryDirectory(), lines) });
    await expect
      .poll(
        async () =>
          (await studio.json<{ progress: { malformed: number; events: number } }>('/api/state')).progress,
      )
      .toMatchObject({ events: 4, malformed: expect.toSatisfy((count: number) => count >= 4) });
    const answer = await studio.get('/api/events');
    expect(answer.headers.get('content-type')).toContain('application/json');
    const { events } = (await answer.json()) as Found;
    expect(events.find(({ event }) => event['message'] === evil)).toBeDefined();
    expect(String(events.find(({ event }) => event['message'] === 'long')?.event['text'])).toHaveLength(
      2000 + '… (900000 characters)'.length,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('cannot be waited for at a place that is no file', async () => {
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

it('describes itself', async () => {
  const studio = await openStudio({});
  const document = await studio.json<{ openapi: string; paths: Record<string, Record<string, unknown>> }>(
    '/api/openapi.json',
  );
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toContain('/api/decisions/{id}/approve');
  expect(document.paths['/api/events']?.['get']).toMatchObject({
    parameters: expect.arrayContaining([expect.objectContaining({ name: 'filter' })]),
  });
});
