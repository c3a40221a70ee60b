import { describe, expect, it } from 'vitest';
import { FakeConnection, FakeProcess, FakeTime, octetsOf } from './service-test-support.ts';
import { bridge } from './stream-bridge.ts';
import { tarpit } from './tarpit.ts';

describe('a tarpit', () => {
  it('takes an octet a second, and nothing when the connection has no room', () => {
    const [connection, time] = [new FakeConnection(0), new FakeTime()];
    let called = 0;
    const slow = tarpit(connection, time.schedule, () => called++);
    expect(slow.write(octetsOf('abc'))).toBe(0);
    time.pass(5);
    // What was not taken starts no wait: the stack itself says when there is room.
    expect(called).toBe(0);
    connection.room = 2;
    expect(slow.write(octetsOf('abc'))).toBe(1);
    expect(slow.write(octetsOf('bc'))).toBe(0);
    time.pass(0.999);
    expect(called).toBe(0);
    time.pass(0.001);
    expect(called).toBe(1);
    expect(slow.write(octetsOf(''))).toBe(0);
    expect(slow.write(octetsOf('bc'))).toBe(1);
    expect(connection.sent).toBe('ab');
  });
});

describe('a bridge that is closed', () => {
  it('writes nothing more, whatever the other side still says', () => {
    const connection = new FakeConnection(0);
    let other: FakeProcess | undefined;
    const request = { words: ['x'], environment: {}, limits: null } as unknown as FakeProcess['request'];
    const start = (listener: FakeProcess['listener']): FakeProcess =>
      (other = new FakeProcess(request, listener));
    const service = bridge(connection, start, { onMessage: () => undefined });
    other?.listener.output(octetsOf('waiting'));
    service?.closed('reset');
    expect(other?.isKilled).toBe(true);
    connection.room = 100;
    service?.writable();
    other?.listener.output(octetsOf('late'));
    expect(connection.sent).toBe('');
  });
});
