/**
 * `wormwood respond notify`: carries what the audit log says to webhooks, syslog and mail, each with its own progress, so
 * that one that is down holds up neither the others nor any decision. It follows the log and never writes it.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStreams } from '@wormwood/base';
import { Delivery, type DeliveryStatus, linesOf } from '@wormwood/defense';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type { RespondNotifyOptions } from '../tree/respond-commands.ts';
import { auditFileToRead, cursorFile, syncedSize } from './respond-audit-file.ts';
import { nowSeconds, ResponseState } from './respond-state.ts';
import { transportOf } from './respond-transports.ts';

const LOOK_EVERY_MILLISECONDS = 500;

interface Named {
  readonly name: string;
  readonly delivery: Delivery;
  told: string | null;
}

export async function notify(options: RespondNotifyOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  let endOffset = 0;
  const deliveries = await openDeliveries(state, () => endOffset);
  const interrupt = catchInterrupt(() => terminal.say('Ending; what was not delivered is, next time.'));
  try {
    while (!interrupt.interrupted()) {
      // What is told must be there after a loss of power, too.
      endOffset = await syncedSize(state.logPath());
      const steps = deliveries.map(({ delivery }) => delivery.step());
      if (options.once) {
        await Promise.all(steps);
        break;
      }
      tellTroubles(deliveries, terminal);
      // Only the interruption rejects it.
      await delay(LOOK_EVERY_MILLISECONDS, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
  } finally {
    interrupt.release();
  }
  tellTroubles(deliveries, terminal);
  const statuses = deliveries.map(({ name, delivery }) => {
    const { delivered, refused, trouble, failures } = delivery.status;
    return { name, delivered, refused, trouble, failures };
  });
  await terminal.print(
    options.json ? JSON.stringify({ ok: true, deliveries: statuses }) : statuses.map(sentenceOf).join('\n'),
  );
  return statuses.some(({ failures }) => failures > 0) ? EXIT.partial : EXIT.ok;
}

async function openDeliveries(state: ResponseState, end: () => number): Promise<readonly Named[]> {
  const entries = await state.deliveries();
  if (entries.length === 0) throw new CommandFailure(EXIT.failed, 'No deliveries stand in respond.yaml.');
  // Chance spreads the attempts of many senders; it must differ from machine to machine.
  const streams = randomStreams(randomBytes(8).readBigUInt64LE().toString());
  const opened: Named[] = [];
  for (const entry of entries) {
    const { name, events, digestSeconds } = entry;
    const components = {
      source: linesOf(auditFileToRead(state.logPath()), end),
      cursor: cursorFile(state.cursorPath(name)),
      transport: await transportOf(entry),
      clock: { nowSeconds },
      random: streams.stream(`respond/delivery/${name}`),
    };
    const wanted = new Set<string>(events);
    const selects = ({ event }: { readonly event: string }): boolean =>
      wanted.size === 0 || wanted.has(event);
    opened.push({ name, delivery: await Delivery.open(components, { selects, digestSeconds }), told: null });
  }
  return opened;
}

/** Says what is wrong with a receiver when it begins, and when it is over. */
function tellTroubles(deliveries: readonly Named[], terminal: Terminal): void {
  for (const each of deliveries) {
    const { trouble } = each.delivery.status;
    if (trouble === each.told) continue;
    if (trouble === null) terminal.say(`${each.name}: delivers again.`);
    else terminal.warn(`wormwood: ${each.name}: ${trouble}`);
    each.told = trouble;
  }
}

function sentenceOf({
  name,
  delivered,
  refused,
  trouble,
}: DeliveryStatus & { readonly name: string }): string {
  const also = refused === 0 ? '' : `, ${refused} refused by the receiver`;
  return `${name}: ${delivered} delivered${also}${trouble === null ? '.' : `; ${trouble}`}`;
}
