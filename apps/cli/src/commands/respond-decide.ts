/** `wormwood respond propose | approve | undo | pause | resume | run`: everything that may change what is done. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Decision,
  type LedgerView,
  type Outcome,
  readVerdicts,
  type ResponseMode,
} from '@wormwood/defense';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import type {
  RespondActOptions,
  RespondPersonOptions,
  RespondRunOptions,
  RespondUndoOptions,
} from '../tree/respond-commands.ts';
import { nowSeconds, type OpenResponder, ResponseState } from './respond-state.ts';
import { decisionObject, decisionTable, linesAdded, sentenceLine } from './respond-words.ts';

/** Offered at a time; the responder holds no more. */
const OFFERED_MAX = 500;
const LOOK_EVERY_MILLISECONDS = 500;

/** Answers verdicts from a file: what the scope allows in advance is done at once, the rest waits for a person. */
export async function propose(file: string, options: RespondActOptions): Promise<ExitCode> {
  const verdicts = readVerdicts(await readText(file));
  if (!verdicts.ok) throw new CommandFailure(EXIT.invalidFile, `${file}: ${verdicts.reason}`);
  return new ResponseState(options.state).respond(modeOf(options), async (open) => {
    for (let first = 0; first < verdicts.value.length || first === 0; first += OFFERED_MAX) {
      for (const verdict of verdicts.value.slice(first, first + OFFERED_MAX)) open.responder.offer(verdict);
      mustBeDone(await open.responder.step());
    }
    return report(open, options);
  });
}

/** A person says yes; with `--act` it is carried out at once. */
export async function approve(
  id: string,
  options: RespondActOptions & RespondPersonOptions,
): Promise<ExitCode> {
  return new ResponseState(options.state).respond(modeOf(options), async (open) => {
    const { responder } = open;
    const decision = decisionNamed(id, responder.ledger);
    if (decision.dryRun && responder.mode === 'act') {
      const sentence = 'That decision is a dry run: propose again with --act to decide in earnest.';
      throw new CommandFailure(EXIT.usage, sentence);
    }
    mustBeDone(await responder.approve(decision.id, options.by));
    mustBeDone(await responder.step());
    return report(open, options);
  });
}

/** A person ends a decision; what is in force is released at once, with `--act` or without. */
export async function undo(id: string, options: RespondUndoOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respond('asBefore', async (open) => {
    const { responder } = open;
    const decision = decisionNamed(id, responder.ledger);
    mustBeDone(await responder.undo(decision.id, options.by, options.reason));
    mustBeDone(await responder.release());
    return report(open, options);
  });
}

/** Nothing is begun from now on; what is in force still ends in time. */
export async function pause(options: RespondUndoOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respond('asBefore', async (open) => {
    mustBeDone(await open.responder.pause(options.by, options.reason));
    return report(open, options);
  });
}

export async function resume(options: RespondActOptions & RespondPersonOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respond('asBefore', async (open) => {
    mustBeDone(await open.responder.resume(options.by));
    return report(open, options);
  });
}

/** Keeps time: carries out what was approved, and ends what is over or may not be in force any more. */
export async function run(options: RespondRunOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const state = new ResponseState(options.state);
  const interrupt = catchInterrupt(() => terminal.say('Ending; what is in force stays so.'));
  let seen: Seen = { inputs: '', log: '', dueSeconds: undefined };
  try {
    while (!interrupt.interrupted()) {
      if (isNews(state, seen)) {
        seen = await stepOnce(state, options, terminal);
        if (options.once) break;
      }
      await pauseFor(LOOK_EVERY_MILLISECONDS, interrupt.signal);
    }
    return EXIT.ok;
  } finally {
    interrupt.release();
  }
}

/** What the last step has taken into account, and when the next one is due. */
interface Seen {
  readonly inputs: string;
  readonly log: string;
  readonly dueSeconds: number | undefined;
}

function isNews(state: ResponseState, { inputs, log, dueSeconds }: Seen): boolean {
  if (dueSeconds !== undefined && dueSeconds <= nowSeconds()) return true;
  return state.inputStamp() !== inputs || state.logStamp() !== log;
}

/** Stamps are taken where nobody can slip in between: of the inputs before they are read, of the log under the lock. */
async function stepOnce(state: ResponseState, options: RespondRunOptions, terminal: Terminal): Promise<Seen> {
  const inputs = state.inputStamp();
  return state.respond(modeOf(options), async ({ responder, added }) => {
    mustBeDone(await responder.step());
    for (const line of added) await terminal.print(options.json ? line : sentenceLine(JSON.parse(line)));
    return { inputs, log: state.logStamp(), dueSeconds: responder.nextDueSeconds() };
  });
}

function modeOf({ act }: { readonly act?: true }): ResponseMode {
  return act === true ? 'act' : 'dryRun';
}

/** Prints what was decided and done just now, and what is alive; fails if an act failed. */
async function report(open: OpenResponder, options: RespondActOptions): Promise<ExitCode> {
  const terminal: Terminal = openTerminal(options);
  const { responder, added } = open;
  const lines = linesAdded(added);
  const decisions = [...responder.ledger.live.values()];
  const isFailed = lines.some(({ event }) => event === 'response.fail');
  if (options.json) {
    const { mode, ledger } = responder;
    const events = lines;
    await terminal.print(
      JSON.stringify({
        ok: !isFailed,
        mode,
        paused: ledger.paused,
        events,
        decisions: decisions.map(decisionObject),
      }),
    );
  } else {
    for (const line of lines) await terminal.print(sentenceLine(line));
    await terminal.print(decisionTable(decisions, nowSeconds()));
    if (responder.mode === 'dryRun') terminal.say('This was a dry run: nothing was done. --act does it.');
  }
  return isFailed ? EXIT.failed : EXIT.ok;
}

/** The live decision whose identifier begins so. */
function decisionNamed(id: string, ledger: LedgerView): Decision {
  const found = [...ledger.live.values()].filter((each) => each.id.startsWith(id.toLowerCase()));
  const [decision] = found;
  if (decision !== undefined && found.length === 1) return decision;
  const reason = found.length === 0 ? 'No live decision' : `${found.length} live decisions`;
  throw new CommandFailure(EXIT.usage, `${reason} begins with "${id}"; \`respond list\` shows them.`);
}

function mustBeDone(outcome: Outcome): void {
  if (!outcome.ok) throw new CommandFailure(EXIT.failed, outcome.reason);
}

async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const sentence = `${file} cannot be read: ${systemReason(error)}.`;
    throw new CommandFailure(EXIT.invalidFile, sentence, { cause: error });
  }
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  // Only the interruption rejects it.
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
