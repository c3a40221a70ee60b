import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedActuator } from '../actuator/feed-actuator.ts';
import { encodeBase64 } from '@wormwood/base';
import { NOON, SCOPE_FILE, scopeDocument, verdictOn } from '../respond-test-support.ts';
import { Responder } from '../responder.ts';
import { Machine, runUntil } from '../responder-test-support.ts';
import type { CrowdSecStream } from './feed.ts';
import { type FeedRequest, type FeedResponse, FeedServer } from './feed-server.ts';

const FEED = 'campus-feed';
const CLIENTS = [
  { name: 'edge', key: 'key-of-edge', feed: FEED },
  { name: 'mail', key: 'key-of-mail', feed: FEED },
];

/** Answers as an app does: who may not ask gets no further. */
class Server {
  readonly #server = new FeedServer(CLIENTS);
  readonly #responder: Responder;

  constructor(responder: Responder) {
    this.#responder = responder;
  }

  answer(request: FeedRequest): FeedResponse {
    const client = this.#server.admit(request);
    if ('status' in client) return client;
    return this.#server.answer(client, request, (name) => this.#responder.feed(name));
  }
}

async function serving(): Promise<{ machine: Machine; responder: Responder; server: Server }> {
  const machine = new Machine();
  machine.document = scopeDocument({
    ...SCOPE_FILE,
    actions: [{ action: 'block', actuator: FEED, ttlSeconds: 3600, approval: 'automatic' }],
  });
  const opening = await Responder.open(
    { ...machine.components(), actuators: [feedActuator(FEED)] },
    { sensor: 'sensor-1', mode: 'act' },
  );
  if (!opening.ok) throw new Error(opening.reason);
  const { responder } = opening;
  return { machine, responder, server: new Server(responder) };
}

const get = (server: Server, target: string, key = 'key-of-edge'): string => {
  const answer = server.answer({ method: 'GET', target, headers: { 'x-api-key': key } });
  expect(answer.status).toBe(200);
  return answer.body;
};
const stream = (server: Server, query = '', key?: string): CrowdSecStream =>
  JSON.parse(get(server, `/v1/decisions/stream${query}`, key)) as CrowdSecStream;
const values = (list: CrowdSecStream['new']): readonly string[] => list.map(({ value }) => value);

describe('base64', () => {
  it('agrees with Buffer on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        expect(encodeBase64(octets)).toBe(Buffer.from(octets).toString('base64'));
      }),
    );
  });
});

describe('a feed', () => {
  it('lists what is in force, as text and as JSON', async () => {
    const { responder, server } = await serving();
    expect(get(server, `/feeds/${FEED}.txt`)).toBe(
      `# ${FEED}: hosts that the owner of this network decided to block\n# 2026-03-01T12:00:00Z, 0 addresses\n`,
    );
    for (const source of ['10.20.7.10', '10.20.7.9', '10.20.0.1']) responder.offer(verdictOn(source));
    await responder.step();
    expect(get(server, `/feeds/${FEED}.txt`).split('\n').slice(1)).toEqual([
      '# 2026-03-01T12:00:00Z, 2 addresses',
      '10.20.7.9',
      '10.20.7.10',
      '',
    ]);
    expect(JSON.parse(get(server, `/feeds/${FEED}.json`))).toMatchObject({
      version: 1,
      name: FEED,
      generated: '2026-03-01T12:00:00Z',
      entries: [
        {
          address: '10.20.7.9',
          action: 'block',
          expires: '2026-03-01T13:00:00Z',
          verdict: 'verdict-10.20.7.9',
        },
        { address: '10.20.7.10' },
      ],
    });
  });

  it('drops an address at the second it expires or its scope does, stepped or not', async () => {
    const { machine, responder, server } = await serving();
    responder.offer(verdictOn('10.20.7.9'));
    await responder.step();
    machine.clock.advanceTo(NOON + 3599.9);
    expect(get(server, `/feeds/${FEED}.txt`)).toContain('10.20.7.9');
    machine.clock.advanceTo(NOON + 3600);
    expect(get(server, `/feeds/${FEED}.txt`)).not.toContain('10.20.7.9');
  });

  it('lists nothing in a dry run', async () => {
    const { machine } = await serving();
    const opening = await Responder.open(
      { ...machine.components(), actuators: [feedActuator(FEED)] },
      { sensor: 'sensor-1' },
    );
    if (!opening.ok) throw new Error(opening.reason);
    opening.responder.offer(verdictOn('10.20.7.9'));
    await opening.responder.step();
    expect(opening.responder.ledger.live.size).toBe(1);
    expect(opening.responder.feed(FEED)).toMatchObject({ inForce: [], ended: [] });
  });

  it('is for clients with a key alone, and for reading', async () => {
    const { server } = await serving();
    const target = `/feeds/${FEED}.txt`;
    const status = (headers: Record<string, string>, method = 'GET', path = target): number =>
      server.answer({ method, target: path, headers }).status;
    expect(status({})).toBe(401);
    expect(status({ 'x-api-key': 'key-of-edg' })).toBe(401);
    expect(status({ 'x-api-key': 'key-of-mail' })).toBe(200);
    expect(status({ authorization: `Basic ${Buffer.from('edge:key-of-edge').toString('base64')}` })).toBe(
      200,
    );
    expect(status({ authorization: `Basic ${Buffer.from('edge:key-of-mail').toString('base64')}` })).toBe(
      401,
    );
    const known = { 'x-api-key': 'key-of-edge' };
    expect(status(known, 'POST')).toBe(405);
    expect(status(known, 'GET', '/feeds/other.txt')).toBe(404);
    expect(status(known, 'GET', '/feeds/../audit.log')).toBe(404);
  });
});

describe('the stream of decisions', () => {
  it('has the properties that the specification of CrowdSec’s local API requires', async () => {
    const { responder, server } = await serving();
    responder.offer(verdictOn('10.20.7.9'));
    await responder.step();
    const [decision] = stream(server, '?startup=true').new;
    // pkg/models/localapi_swagger.yaml, Decision: required are origin, type, scope, value, duration, scenario.
    expect(decision).toEqual({
      id: expect.any(Number),
      uuid: [...responder.ledger.live.keys()][0],
      origin: 'wormwood',
      scenario: 'wormwood/infected-host-block',
      scope: 'Ip',
      type: 'ban',
      value: '10.20.7.9',
      duration: '3600s',
    });
    expect(Number.isSafeInteger(decision?.id)).toBe(true);
  });

  it('gives each client what is new and what was ended since it asked last', async () => {
    const { machine, responder, server } = await serving();
    responder.offer(verdictOn('10.20.7.9'));
    await responder.step();
    expect(values(stream(server, '?startup=true').new)).toEqual(['10.20.7.9']);
    expect(stream(server)).toEqual({ new: [], deleted: [] });
    machine.clock.advanceBy(10);
    responder.offer(verdictOn('10.20.7.10'));
    const [first] = [...responder.ledger.live.keys()];
    await responder.step();
    expect((await responder.undo(first!, 'ada', 'x')).ok).toBe(true);
    await responder.step();
    const change = stream(server);
    expect([values(change.new), values(change.deleted)]).toEqual([['10.20.7.10'], ['10.20.7.9']]);
    expect(change.deleted[0]?.duration).toBe('-1s');
    // A client that never asked gets everything in force.
    expect(values(stream(server, '', 'key-of-mail').new)).toEqual(['10.20.7.10']);
    await runUntil(machine, responder, NOON + 7200);
    expect(stream(server)).toEqual({ new: [], deleted: [] });
    expect(stream(server, '?startup=true')).toEqual({ new: [], deleted: [] });
  });

  it('followed by a client that asks now and then, gives the list itself', async () => {
    const moves = fc.array(fc.oneof(fc.constantFrom('ask', 'undo', 'wait'), fc.integer({ min: 0, max: 5 })), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (history) => {
        const { machine, responder, server } = await serving();
        const kept = new Map<string, number>();
        const ask = (): void => {
          const change = stream(server);
          const now = machine.clock.nowSeconds();
          for (const { value } of change.deleted) kept.delete(value);
          for (const { value, duration } of change.new) kept.set(value, now + Number.parseFloat(duration));
          for (const [value, until] of kept) if (until <= now) kept.delete(value);
          const listed = get(server, `/feeds/${FEED}.txt`)
            .split('\n')
            .filter((line) => /^\d/.test(line));
          expect([...kept.keys()].sort()).toEqual(listed.sort());
        };
        for (const [index, move] of history.entries()) {
          if (typeof move === 'number') responder.offer(verdictOn(`10.20.7.${move}`, { id: `v-${index}` }));
          const [first] = [...responder.ledger.live.keys()];
          if (move === 'undo' && first !== undefined) await responder.undo(first, 'ada', 'x');
          if (move === 'wait') machine.clock.advanceBy(1000);
          await responder.step();
          if (move === 'ask') ask();
        }
        ask();
      }),
      { numRuns: 40 },
    );
  });
});
