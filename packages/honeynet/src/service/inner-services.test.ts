import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INNER_SERVICES } from './inner-services.ts';
import { FakeConnection, octetsOf } from './service-test-support.ts';

function start(name: string, room?: number) {
  const connection = new FakeConnection(room);
  const messages: string[] = [];
  const service = INNER_SERVICES[name]!(connection, (line) => messages.push(line));
  return { connection, messages, service: service! };
}

describe('http', () => {
  it('answers one page to a request that comes in pieces, and ends', () => {
    const { connection, messages, service } = start('http');
    for (const piece of ['GET /a', ' HTTP/1.1\r\nHost: x', '\r\n\r', '\nmore']) service.data(octetsOf(piece));
    expect(connection.sent).toMatch(/^HTTP\/1\.0 200 OK\r\n.*Content-Length: \d+\r\n\r\n<html>/s);
    const [head = '', page = ''] = connection.sent.split('\r\n\r\n');
    expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(page.length);
    expect([connection.hasEnded, messages]).toEqual([true, ['GET /a HTTP/1.1']]);
  });

  it('waits for a slow peer, and not for a request without an end', () => {
    const { connection, service } = start('http', 10);
    service.data(octetsOf('x'.repeat(9000)));
    expect([connection.sent.length, connection.hasEnded]).toEqual([10, false]);
    connection.room = 10_000;
    service.writable();
    expect(connection.hasEnded).toBe(true);
  });
});

describe('login', () => {
  it('asks three times and lets nobody in; passwords are shown to nobody', () => {
    const { connection, messages, service } = start('login');
    service.data(octetsOf('root\r\nsecret\r\nadmin\r\nsecret\r\nguest\r\nsecret\r\nafter\r\n'));
    expect(connection.sent.match(/Login incorrect/g)).toHaveLength(3);
    expect(connection.hasEnded).toBe(true);
    expect(messages).toEqual(['login as root', 'login as admin', 'login as guest']);
  });
});

it('whatever is sent, sends a bounded answer and throws nothing', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('http', 'login'),
      fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }),
      (name, pieces) => {
        const { connection, messages, service } = start(name);
        for (const piece of pieces) service.data(piece);
        service.ended();
        expect(connection.hasEnded).toBe(true);
        expect(connection.sent.length).toBeLessThan(300);
        for (const line of messages) expect(Array.from(line).every((letter) => letter >= ' ')).toBe(true);
      },
    ),
  );
});
