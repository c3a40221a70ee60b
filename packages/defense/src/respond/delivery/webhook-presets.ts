/**
 * Bodies of webhooks, by receiver. What stands in an event may have come from an attacker: each preset keeps it from being
 * read as markup, a link or a mention.
 */
import { unreachable } from '@wormwood/base';
import type { OutgoingMessage } from './transport.ts';

/**
 * `events`: the events as they are, for programs. The others are for people: `slack` (and what understands its format,
 * such as Mattermost), `discord`, `teams`.
 */
export type WebhookPreset = 'events' | 'slack' | 'discord' | 'teams';

const SLACK_LENGTH_MAX = 40_000;
const DISCORD_LENGTH_MAX = 2000;
const TEAMS_LENGTH_MAX = 20_000;

/** Returns the JSON that a receiver of this kind takes. */
export function webhookBody(preset: WebhookPreset, message: OutgoingMessage): string {
  const { key, events } = message;
  const lines = events.map(({ ts, event, message: sentence }) => `${ts.slice(0, 19)}Z ${event}: ${sentence}`);
  switch (preset) {
    case 'events':
      return JSON.stringify({ key, events: events.map(({ fields }) => fields) });
    case 'slack':
      return JSON.stringify({ text: fitted(lines.map(escapeSlack), SLACK_LENGTH_MAX) });
    case 'discord':
      return JSON.stringify({
        content: fitted(lines.map(escapeMarkdown), DISCORD_LENGTH_MAX),
        allowed_mentions: { parse: [] },
      });
    case 'teams':
      return JSON.stringify(teamsCard(fitted(lines.map(escapeMarkdown), TEAMS_LENGTH_MAX)));
    default:
      return unreachable(preset);
  }
}

/** A message with one card of one text, as incoming webhooks and workflows of Teams take it. */
function teamsCard(text: string): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: text.split('\n').map((line) => ({ type: 'TextBlock', text: line, wrap: true })),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
  };
}

/** As many lines as fit, and how many do not. */
function fitted(lines: readonly string[], lengthMax: number): string {
  const whole = lines.join('\n');
  if (whole.length <= lengthMax) return whole;
  const room = lengthMax - '… and 999 more'.length - 1;
  let text = '';
  let taken = 0;
  for (const line of lines) {
    if (text.length + line.length + 1 > room) break;
    text += `${line}\n`;
    taken++;
  }
  // One line alone may be too long; no half of a character is left behind.
  if (taken === 0) return `${Array.from(whole.slice(0, room)).slice(0, -1).join('')}…`;
  return `${text}… and ${lines.length - taken} more`;
}

/** Control characters of Slack's text: everything else, mentions included, needs angle brackets. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_~|<>[\]()#]/g, String.raw`\$&`);
}
