/** `wormwood respond propose | approve | undo | pause | resume`: each changes what is decided, once. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Decision, type LedgerView, readVerdicts } from '@wormwood/defense';
import { answerAll, mustBeDone, nowSeconds, type OpenResponder, ResponseState } from '@wormwood/responder';
import { CommandFailure, EXIT, type ExitCode, systemReason } from '../exit-code.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import {
  modeOf,
  type RespondActOptions,
  type RespondPersonOptions,
  type RespondReasonOptions,
} from './options.ts';
import { decisionObject, decisionTable, linesAdded, sentenceLine } from './words.ts';

/** Answers verdicts from a file: what the scope allows in advance is done at once, the rest waits for a person. */
export async function propose(file: string, options: RespondActOptions): Promise<ExitCode> {
  const verdicts = readVerdicts(await readText(file));
  if (!verdicts.ok) throw new CommandFailure(EXIT.invalidFile, `${file}: ${verdicts.reason}`);
  return new ResponseState(options.state).respondOnce(modeOf(options), async (open) => {
    await answerAll(open.responder, verdicts.value);
    return report(open, options);
  });
}

/** A person says yes; with `--act` it is carried out at once. */
export async function approve(
  id: string,
  options: RespondActOptions & RespondPersonOptions,
): Promise<ExitCode> {
  return new ResponseState(options.state).respondOnce(modeOf(options), async (open) => {
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
export async function undo(id: string, options: RespondReasonOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respondOnce('asBefore', async (open) => {
    const { responder } = open;
    const decision = decisionNamed(id, responder.ledger);
    mustBeDone(await responder.undo(decision.id, options.by, options.reason));
    mustBeDone(await responder.release());
    return report(open, options);
  });
}

/** Nothing is begun from now on; what is in force still ends in time. */
export async function pause(options: RespondReasonOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respondOnce('asBefore', async (open) => {
    mustBeDone(await open.responder.pause(options.by, options.reason));
    return report(open, options);
  });
}

export async function resume(options: RespondActOptions & RespondPersonOptions): Promise<ExitCode> {
  return new ResponseState(options.state).respondOnce('asBefore', async (open) => {
    mustBeDone(await open.responder.resume(options.by));
    return report(open, options);
  });
}

/** Prints what was decided and done just now, and what is alive; fails if an act failed. */
async function report(open: OpenResponder, options: RespondActOptions): Promise<ExitCode> {
  const terminal: Terminal = openTerminal(options);
  const { responder, takeAdded } = open;
  const lines = linesAdded(takeAdded());
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

async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    const sentence = `${file} cannot be read: ${systemReason(error)}.`;
    throw new CommandFailure(EXIT.invalidFile, sentence, { cause: error });
  }
}
