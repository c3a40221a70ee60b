// `wormwood respond notify` against receivers on loopback: each event arrives once and in order, whatever was down.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AUTOMATIC_SCOPE, logOf, makeWorld, type World } from './respond-test-support.ts';
import { inTemporaryDirectory } from '../spawn-test-support.ts';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Takes what is posted, as the owner's chat does; `down` answers 503. */
async function webhook(): Promise<{
  port: number;
  events: string[];
  keys: string[];
  seen: string[];
  down: boolean;
}> {
  const events: string[] = [];
  const keys: string[] = [];
  const seen: string[] = [];
  const taken = { port: 0, events, keys, seen, down: false };
  const server = createHttpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      seen.push(request.headers.authorization ?? '');
      if (!taken.down) {
        const content = JSON.parse(body) as { key: string; events: { id: string }[] };
        keys.push(content.key);
        events.push(...content.events.map(({ id }) => id));
      }
      response.writeHead(taken.down ? 503 : 204).end();
    });
  });
  taken.port = await listening(server);
  return taken;
}

/** Takes frames of RFC 6587, as a collector of syslog does. */
async function collector(): Promise<{ port: number; text: () => string }> {
  let text = '';
  const server = createServer((socket) => {
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('end', () => socket.end());
  });
  return { port: await listening(server), text: () => text };
}

function addDeliveries(world: World, lines: readonly string[]): void {
  const path = join(world.state, 'respond.yaml');
  const actuators = readFileSync(path, 'utf8').replace(/deliveries:[^]*/, '');
  writeFileSync(path, `${actuators}deliveries:\n${lines.map((line) => `  - {${line}}\n`).join('')}`);
}

async function identifiersIn(world: World): Promise<readonly string[]> {
  return (await logOf(world.state)).entries.map(({ id }) => id);
}

describe('a delivery', () => {
  it('reports every event once and in order, though the receiver was down and this program ended', async () => {
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, AUTOMATIC_SCOPE);
      const chat = await webhook();
      const secret = join(directory, 'secret');
      writeFileSync(secret, 'Bearer abc\n');
      const url = `http://127.0.0.1:${chat.port}/hook`;
      addDeliveries(world, [`kind: webhook, name: chat, url: "${url}", authorizationFile: ${secret}`]);
      await world.respond(['propose', world.writeVerdicts(['10.20.7.9']), '--act']);

      chat.down = true;
      const waiting = await world.respond(['notify', '--once']);
      expect(waiting.code).toBe(4);
      expect(waiting.stderr).toContain('chat: The receiver answered with status 503.');

      chat.down = false;
      expect((await world.respond(['notify', '--once'])).code).toBe(0);
      expect(chat.events).toEqual(await identifiersIn(world));
      await world.respond(['pause', '--reason', 'exam week']);
      expect((await world.respond(['notify', '--once'])).stdout).toBe('chat: 1 delivered.\n');
      expect(chat.events).toEqual(await identifiersIn(world));
      expect(new Set(chat.keys).size).toBe(chat.keys.length);
      expect(new Set(chat.seen)).toEqual(new Set(['Bearer abc']));
    });
  });

  it('by syslog and by mail says what was chosen, and one that is down holds up no other', async () => {
    await inTemporaryDirectory(async (directory) => {
      const world = makeWorld(directory, AUTOMATIC_SCOPE);
      const logs = await collector();
      const mailer = join(directory, 'sendmail');
      const mails = join(directory, 'mails');
      writeFileSync(mailer, `#!/bin/sh\necho "TO $*" >> '${mails}'\ncat >> '${mails}'\n`);
      chmodSync(mailer, 0o755);
      const nobody = await listening(createServer().on('connection', (socket) => socket.destroy()));
      addDeliveries(world, [
        `kind: webhook, name: chat, url: "http://127.0.0.1:${nobody}/"`,
        `kind: syslog, name: collector, host: 127.0.0.1, port: ${logs.port}, events: [response.done]`,
        `kind: mail, name: people, from: w@example.org, to: [a@example.org, b@example.org], program: ${mailer}, ` +
          'events: [verdict.infected]',
      ]);
      await world.respond(['propose', world.writeVerdicts(['10.20.7.9']), '--act']);
      const ended = await world.respond(['notify', '--once', '--json']);
      expect(ended.code).toBe(4);
      const { deliveries } = JSON.parse(ended.stdout) as {
        deliveries: { name: string; delivered: number }[];
      };
      expect(deliveries.map(({ name, delivered }) => [name, delivered])).toEqual([
        ['chat', 0],
        ['collector', 2],
        ['people', 1],
      ]);
      expect(logs.text().match(/\d+ <109>1 /g)).toHaveLength(2);
      expect(logs.text()).toContain('src_ip="10.20.7.9"');
      const mail = readFileSync(mails, 'utf8');
      expect(mail).toContain('TO -i -f w@example.org -- a@example.org b@example.org\n');
      // RFC 2047: the first word of the subject, which is too long for one line.
      const word = /^Subject: =\?utf-8\?b\?([A-Za-z0-9+/=]+)\?=/im.exec(mail)?.[1] ?? '';
      expect(Buffer.from(word, 'base64').toString()).toMatch(/^\[wormwood\] 10\.20\.7\.9 is infected/);
      expect(mail).not.toContain('\r');
    });
  });
});
