/** `wormwood respond feed`: the block lists over HTTP on loopback. */
import { listenForFeeds, ResponseState } from '@wormwood/responder';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import type { RespondOptions } from './options.ts';

export interface RespondFeedOptions extends RespondOptions {
  readonly port: number;
}

/** Serves until it is interrupted. */
export async function feed(options: RespondFeedOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const listener = await listenForFeeds(new ResponseState(options.state), options.port);
  const interrupt = catchInterrupt(() => terminal.say('Ending.'));
  for (const { feed: name, url, keyPath: key } of listener.feeds) {
    await terminal.print(options.json ? JSON.stringify({ feed: name, url, key }) : `${url}  (key in ${key})`);
  }
  if (!interrupt.interrupted()) {
    await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
  }
  interrupt.release();
  listener.close();
  return EXIT.ok;
}
