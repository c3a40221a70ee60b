// The studio's server: what it finds among events, and how it follows them. What it refuses: `strangers.test.ts`.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
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
