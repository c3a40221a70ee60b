/** Decisions and lines of the log as they are printed: for people and for programs. */
import { formatDuration, printable } from '@wormwood/base';
import { type Decision, formatTarget } from '@wormwood/defense';
import type { PrintedLine } from '@wormwood/responder';
import { renderTable } from '../output/table.ts';

/** How much of an identifier is shown; any unique beginning names a decision. */
const SHORT_LENGTH = 8;

/** Returns the live decisions as a table. */
export function decisionTable(decisions: readonly Decision[], nowSeconds: number): string {
  if (decisions.length === 0) return 'No decisions.';
  return renderTable({
    caption: 'Decisions',
    columns: ['decision', 'host', 'action', 'with', 'status', 'time left'],
    rows: decisions.map((each) => [
      each.id.slice(0, SHORT_LENGTH),
      hostOf(each),
      each.action,
      each.actuator,
      statusOf(each),
      timeLeft(each, nowSeconds),
    ]),
  });
}

function hostOf(decision: Decision): string {
  const { linkAddress } = decision;
  return linkAddress === null ? formatTarget(decision) : `${formatTarget(decision)} (${linkAddress})`;
}

function statusOf({ status, dryRun, ending, failures }: Decision): string {
  const words = [
    status === 'proposed' ? 'waits for approval' : status,
    ...(dryRun ? ['dry run'] : []),
    ...(ending === null ? [] : [`ends: ${ending}`]),
    ...(failures === 0 ? [] : [`${failures} failures`]),
  ];
  return words.join(', ');
}

function timeLeft({ expiresSeconds, lapsesSeconds }: Decision, nowSeconds: number): string {
  const left = Math.round((expiresSeconds ?? lapsesSeconds) - nowSeconds);
  return left > 0 ? formatDuration(left) : 'over';
}

/** Returns `2026-03-01T12:00:00Z  A sentence.`; whatever the log holds, nothing steers a terminal. */
export function sentenceLine({ ts, message }: PrintedLine): string {
  return printable(`${ts.replace(/\.\d+Z$/, 'Z')}  ${message}`);
}
