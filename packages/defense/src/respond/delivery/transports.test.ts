import { utf8 } from '@wormwood/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, lineOf } from '../audit/audit-line.ts';
import { DONE, failed } from '../outcome.ts';
import { address, NOON } from '../respond-test-support.ts';
import { type EventLine, readEventLine } from './event-line.ts';
import { mailText, mailTransport } from './mail.ts';
import { syslogFrame, syslogLine, syslogTransport } from './syslog.ts';
import type { OutgoingMessage } from './transport.ts';
import { type HttpAnswer, type HttpRequest, webhookTransport } from './webhook.ts';
import { webhookBody, type WebhookPreset } from './webhook-presets.ts';

function eventOf(reason: string, sequence = 1): EventLine {
  const fact = {
    event: 'decision.undo',
    decision: 'd1',
    source: address('10.20.7.9'),
    by: 'ada',
    code: 'undone',
    reason,
  } as const;
  const place = {
    sequence,
    timeSeconds: NOON,
    uptimeSeconds: 1,
    sensor: 'sensor-1',
    previous: '0'.repeat(64),
    more: false,
  };
  const event = readEventLine(lineOf(entryOf(fact, place)));
  if (event === undefined) throw new Error('no event');
  return event;
}

const messageOf = (...reasons: readonly string[]): OutgoingMessage => {
  const [first, ...others] = reasons.map((reason, i) => eventOf(reason, i + 1));
  return { key: 'key-1', events: [first!, ...others] };
};
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
/** Lone surrogates as mail has them. */
const wellFormed = (text: string): string => Buffer.from(text).toString();
const PRESETS: readonly WebhookPreset[] = ['events', 'slack', 'discord', 'teams'];

describe('an event line', () => {
  it('is any line of the event format, and undefined for any other text', () => {
    expect(
      readEventLine('{"id":"a","ts":"2026-03-01T12:00:00Z","event":"probe.tcp","sensor":"s","message":"m"}'),
    ).toMatchObject({
      event: 'probe.tcp',
      timeSeconds: NOON,
      source: '',
    });
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        expect(readEventLine(text)).toBeUndefined();
      }),
    );
  });
});

describe('a webhook', () => {
  async function answered(answer: HttpAnswer): Promise<unknown> {
    const requests: HttpRequest[] = [];
    const sender = { send: async (request: HttpRequest) => (requests.push(request), answer) };
    const transport = webhookTransport(sender, {
      url: 'https://soc.example.org/hook',
      preset: 'events',
      headers: { authorization: 'Bearer t' },
    });
    const result = await transport.send(messageOf('a mistake'));
    expect(requests).toMatchObject([
      {
        method: 'POST',
        url: 'https://soc.example.org/hook',
        headers: {
          authorization: 'Bearer t',
          'content-type': 'application/json',
          'idempotency-key': 'key-1',
        },
      },
    ]);
    return result;
  }
  const status = (code: number, retryAfter: string | null = null): HttpAnswer => ({
    kind: 'answered',
    status: code,
    retryAfter,
  });

  it('is delivered, refused or tried again, by what the receiver answers', async () => {
    for (const code of [200, 202, 204]) expect(await answered(status(code))).toEqual({ kind: 'delivered' });
    for (const code of [400, 413, 415, 422])
      expect(await answered(status(code))).toMatchObject({ kind: 'refused' });
    for (const code of [301, 401, 403, 404, 408, 410, 425, 429, 500, 503]) {
      expect(await answered(status(code))).toMatchObject({ kind: 'failed' });
    }
    expect(await answered(status(429, '120'))).toMatchObject({ kind: 'failed', retryAfterSeconds: 120 });
    expect(await answered(status(503, 'Sun, 01 Mar 2026 12:00:00 GMT'))).not.toHaveProperty(
      'retryAfterSeconds',
    );
    expect(await answered({ kind: 'notSent', reason: 'No route.' })).toEqual({
      kind: 'failed',
      reason: 'No route.',
    });
  });

  it('has the body that its receiver takes', () => {
    const message = messageOf('a <b> & *c*', 'd');
    const bodyOf = (preset: WebhookPreset): unknown => JSON.parse(webhookBody(preset, message));
    const line = 'ada ended the decision about 10.20.7.9: ';
    expect(bodyOf('events')).toMatchObject({
      key: 'key-1',
      events: [{ event: 'decision.undo', src_ip: '10.20.7.9' }, { sequence: 2 }],
    });
    expect(bodyOf('slack')).toEqual({
      text: `2026-03-01T12:00:00Z decision.undo: ${line}a &lt;b&gt; &amp; *c*\n2026-03-01T12:00:00Z decision.undo: ${line}d`,
    });
    expect(bodyOf('discord')).toMatchObject({
      content: expect.stringContaining(String.raw`a \<b\> & \*c\*`),
      allowed_mentions: { parse: [] },
    });
    expect(bodyOf('teams')).toMatchObject({
      type: 'message',
      attachments: [{ content: { type: 'AdaptiveCard', body: [{ type: 'TextBlock', wrap: true }, {}] } }],
    });
  });

  it('keeps any text within the limits of the receiver and from being markup', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 60 }), (reasons) => {
        const message = messageOf(...reasons);
        for (const preset of PRESETS) JSON.parse(webhookBody(preset, message));
        const { content } = JSON.parse(webhookBody('discord', message)) as { content: string };
        expect(content.length).toBeLessThanOrEqual(2000);
        const { text } = JSON.parse(webhookBody('slack', message)) as { text: string };
        expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
      { numRuns: 50 },
    );
    const long = JSON.parse(webhookBody('discord', messageOf('x'.repeat(5000)))) as { content: string };
    expect(long.content.length).toBeLessThanOrEqual(2000);
    const many = JSON.parse(webhookBody('discord', messageOf(...Array.from({ length: 50 }, () => 'x')))) as {
      content: string;
    };
    expect(many.content).toMatch(/… and \d+ more$/);
  });
});

describe('a mail', () => {
  const envelope = {
    from: 'wormwood@sensor.example.org',
    to: ['noc@example.org', 'soc@example.org'],
  } as const;

  it('is a whole message by RFC 5322', () => {
    const text = mailText(envelope, messageOf('a mistake'));
    const [heading, body] = text.split('\r\n\r\n');
    expect(heading!.split('\r\n')).toEqual([
      'From: wormwood@sensor.example.org',
      'To: noc@example.org,',
      ' soc@example.org',
      'Date: Sun, 1 Mar 2026 12:00:00 +0000',
      'Message-ID: <key-1@sensor.example.org>',
      'Subject: [wormwood] ada ended the decision about 10.20.7.9: a mistake',
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
    ]);
    expect(Buffer.from(body!, 'base64').toString()).toContain(
      'ada ended the decision about 10.20.7.9: a mistake',
    );
  });

  it('says how many events there are beside the first, cut at 150 characters, and has the date of the last', () => {
    const subjectOf = (message: OutgoingMessage): string => {
      const [heading = ''] = mailText(envelope, message).split('\r\n\r\n');
      const folded = /\r\nSubject: ([^]*?)\r\n(?! )/.exec(heading)?.[1] ?? '';
      if (!folded.startsWith('=?')) return folded;
      const words = folded.split('\r\n ').map((word) => /^=\?utf-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '');
      return words.map((word) => Buffer.from(word, 'base64').toString()).join('');
    };
    const beginning = '[wormwood] ada ended the decision about 10.20.7.9: ';
    expect(subjectOf(messageOf('a'))).toBe(`${beginning}a`);
    expect(subjectOf(messageOf('a', 'b'))).toBe(`${beginning}a (and 1 more)`);
    expect(subjectOf(messageOf('a', 'b', 'c'))).toBe(`${beginning}a (and 2 more)`);
    const long = 'x'.repeat(150 - beginning.length);
    expect(subjectOf(messageOf(long))).toBe(beginning + long);
    expect(subjectOf(messageOf(`${long}x`, 'b'))).toBe(`${beginning}${long}… (and 1 more)`);
  });

  it('cannot be given another heading, whatever the text; and every line is short and ASCII', () => {
    fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 3 }), (first, others) => {
        const message = messageOf(first, ...others);
        const text = mailText(envelope, message);
        expect(text).toMatch(/^(?:[ -~]{0,998}\r\n)*$/);
        const [heading = '', body = ''] = text.split('\r\n\r\n');
        const fields = heading.replaceAll('\r\n ', ' ').split('\r\n');
        expect(fields.map((field) => field.split(':')[0])).toEqual([
          'From',
          'To',
          'Date',
          'Message-ID',
          'Subject',
          'Auto-Submitted',
          'MIME-Version',
          'Content-Type',
          'Content-Transfer-Encoding',
        ]);
        const subject = (fields[4] ?? '').slice('Subject: '.length);
        const words = subject.split(' ').map((word) => /^=\?utf-8\?B\?(.*)\?=$/.exec(word)?.[1]);
        const isEncoded = words.every((word) => word !== undefined);
        const read = isEncoded
          ? words.map((word) => Buffer.from(word ?? '', 'base64').toString()).join('')
          : subject;
        const wanted = wellFormed(
          Array.from(`[wormwood] ${message.events[0].message}`).slice(0, 150).join(''),
        );
        expect(read.startsWith(wanted)).toBe(true);
        const lines = message.events.map((event) => wellFormed(event.message));
        const decoded = Buffer.from(body, 'base64').toString();
        for (const line of lines) expect(decoded).toContain(line);
      }),
      { numRuns: 60 },
    );
  });

  it('goes to mail addresses alone, and is tried again when the server does not take it', async () => {
    const sender = { send: async () => failed('451 later') };
    expect(() => mailTransport(sender, { ...envelope, to: ['a@example.org\r\nBcc: b@example.org'] })).toThrow(
      'not a mail address',
    );
    expect(await mailTransport(sender, envelope).send(messageOf('x'))).toEqual({
      kind: 'failed',
      reason: '451 later',
    });
    expect(await mailTransport({ send: async () => DONE }, envelope).send(messageOf('x'))).toEqual({
      kind: 'delivered',
    });
  });
});

describe('a line of syslog', () => {
  /** The grammar of RFC 5424 §6, spelt out. */
  const LINE =
    /^<(\d{1,3})>1 (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (\[[!-~]+(?: [!-~]{1,32}="(?:[^"\\\]]|\\.)*")*\]) \ufeff(.*)$/u;

  it('is one by the grammar of RFC 5424, whatever the text', () => {
    const line = syslogLine(eventOf('a "b" [c] \\'));
    expect(LINE.exec(line)?.slice(1)).toEqual([
      '108',
      '2026-03-01T12:00:00.000000Z',
      'sensor-1',
      'wormwood',
      '-',
      'decision.undo',
      `[wormwood@32473 id="${eventOf('').id}" sequence="1" src_ip="10.20.7.9" decision="d1"]`,
      'ada ended the decision about 10.20.7.9: a "b" [c] \\',
    ]);
    fc.assert(
      fc.property(anyText, anyText, (text, sensor) => {
        expect(syslogLine({ ...eventOf(text), sensor, message: text, event: text, source: text })).toMatch(
          LINE,
        );
      }),
    );
  });

  it('has its length in octets before it on a stream', () => {
    const line = syslogLine(eventOf('é'));
    expect(syslogFrame(line)).toBe(`${Buffer.byteLength(line)} ${line}`);
    expect(utf8(line)).toHaveLength(Buffer.byteLength(line));
  });

  it('is tried again from the first event of its message', async () => {
    const lines: string[] = [];
    const transport = syslogTransport({
      send: async (line) => (lines.push(line), lines.length === 2 ? failed('Broken pipe.') : DONE),
    });
    expect(await transport.send(messageOf('a', 'b'))).toEqual({ kind: 'failed', reason: 'Broken pipe.' });
    expect(await transport.send(messageOf('a', 'b'))).toEqual({ kind: 'delivered' });
    expect(lines).toHaveLength(4);
  });
});
