/** `wormwood respond notify`: carries what the audit log says to webhooks, syslog and mail. */
import { type NamedStatus, Notifier, ResponseState } from '@wormwood/responder';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type { RespondOptions } from './options.ts';

export interface RespondNotifyOptions extends RespondOptions {
  readonly once?: true;
}

/** Delivers until it is interrupted, or once; code 4 if something still waits then. */
export async function notify(options: RespondNotifyOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const notifier = await Notifier.open(new ResponseState(options.state));
  const statuses = options.once ? await deliverOnce(notifier, terminal) : await serve(notifier, terminal);
  const printed = statuses.map(({ name, delivered, refused, trouble, failures }) => ({
    name,
    delivered,
    refused,
    trouble,
    failures,
  }));
  await terminal.print(
    options.json ? JSON.stringify({ ok: true, deliveries: printed }) : statuses.map(sentenceOf).join('\n'),
  );
  return statuses.some(({ failures }) => failures > 0) ? EXIT.partial : EXIT.ok;
}

async function deliverOnce(notifier: Notifier, terminal: Terminal): Promise<readonly NamedStatus[]> {
  const statuses = await notifier.once();
  for (const { name, trouble } of statuses) {
    if (trouble !== null) terminal.warn(`wormwood: ${name}: ${trouble}`);
  }
  return statuses;
}

async function serve(notifier: Notifier, terminal: Terminal): Promise<readonly NamedStatus[]> {
  const interrupt = catchInterrupt(() =>
    terminal.say('Ending; what was not delivered is delivered next time.'),
  );
  try {
    return await notifier.serve(interrupt.signal, (name, trouble) => {
      if (trouble === null) terminal.say(`${name}: delivers again.`);
      else terminal.warn(`wormwood: ${name}: ${trouble}`);
    });
  } finally {
    interrupt.release();
  }
}

function sentenceOf({ name, delivered, refused, trouble }: NamedStatus): string {
  const also = refused === 0 ? '' : `, ${refused} refused by the receiver`;
  return `${name}: ${delivered} delivered${also}${trouble === null ? '.' : `; ${trouble}`}`;
}
