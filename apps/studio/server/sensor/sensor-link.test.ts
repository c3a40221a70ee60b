// The sensor behind the studio is killed and comes back, or something else listens at its socket: a sentence each, and the
// studio answers on.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { ServerState } from '../interface/answers.ts';
import { openStudio, temporaryDirectory, type TestStudio } from '../studio-test-support.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/server/demo/demo-sensor.js', import.meta.url));
const WAIT = { timeout: 20_000, interval: 100 };

function startSensor(directory: string, control: string): ChildProcess {
  const feeds = { events: join(directory, 'events.jsonl'), capture: join(directory, 'captures'), control };
  const child = fork(PROGRAM, [JSON.stringify(feeds)], { execArgv: [], stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const sensorOf = async (studio: TestStudio): Promise<ServerState['sensor']> =>
  (await studio.json<ServerState>('/api/state')).sensor;

async function hostsOf(studio: TestStudio): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await studio.get('/api/hosts');
  return { status: answer.status, text: await answer.text() };
}

it(
  'a sensor that is killed is missed in a sentence, and is there again when it is',
  { timeout: 60_000 },
  async () => {
    const directory = temporaryDirectory();
    const control = join(directory, 'sensor.sock');
    const studio = await openStudio({ control });
    await expect.poll(() => sensorOf(studio), WAIT).toMatchObject({ connected: false });
    expect((await sensorOf(studio))?.failure).toBe(
      `No sensor listens at ${control}; \`wormwood net up\` starts one.`,
    );

    const first = startSensor(directory, control);
    await expect.poll(() => sensorOf(studio), WAIT).toMatchObject({ connected: true, failure: null });
    expect((await hostsOf(studio)).status).toBe(200);

    first.kill('SIGKILL');
    await once(first, 'exit');
    const missed = await hostsOf(studio);
    expect(missed.status).toBe(503);
    expect(missed.text).toContain('No sensor listens at');
    await expect.poll(() => sensorOf(studio), WAIT).toMatchObject({ connected: false });
    expect((await sensorOf(studio))?.status).not.toBeNull();

    startSensor(directory, control);
    await expect.poll(() => sensorOf(studio), WAIT).toMatchObject({ connected: true, failure: null });
    expect((await hostsOf(studio)).status).toBe(200);
  },
);

it.each<[string, RequestListener, string]>([
  [
    'not JSON',
    (_, answer) => answer.end('<script>alert(1)</script>'),
    'is not a sensor: its answer is not JSON',
  ],
  ['an error', (_, answer) => answer.writeHead(500).end(), 'with status 500; is it of this version?'],
  [
    'an answer cut short',
    (_, answer) => answer.write('{"hosts":', () => answer.destroy()),
    'cannot be asked',
  ],
  ['a closed connection', ({ socket }) => socket.destroy(), 'cannot be asked'],
])('%s at the socket of the sensor is a sentence', async (_, listener, sentence) => {
  const control = join(temporaryDirectory(), 'sensor.sock');
  const server = createServer(listener).listen(control);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const studio = await openStudio({ control });
  const { status, text } = await hostsOf(studio);
  expect([status, text]).toEqual([503, expect.stringContaining(sentence)]);
  await expect.poll(async () => (await sensorOf(studio))?.failure, WAIT).toContain(sentence);
  expect((await studio.get('/api/state')).status).toBe(200);
});
