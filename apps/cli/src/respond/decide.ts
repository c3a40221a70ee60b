/** `wormwood respond propose | approve | undo | pause | resume`: each changes once what is decided. */
import { text as textOf } from 'node:stream/consumers';
import { type AuditFact, type LedgerView, readVerdicts, type ResponseMode } from '@wormwood/defense';
import {
  answerAndAct,
  answerOnly,
  approveDecision,
  decisionObject,
  linesAdded,
  nowSeconds,
  type OpenResponder,
  pauseFact,
  type PrintedLine,
  readBounded,
  ResponseState,
  resumeFact,
  undoDecision,
} from '@wormwood/responder';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import {
  modeOf,
  type RespondActOptions,
  type RespondPersonOptions,
  type RespondReasonOptions,
} from './options.ts';
import { decisionTable, sentenceLine } from './words.ts';

/** A file of verdicts; detection writes about a kilobyte for each. */
const VERDICT_OCTETS_MAX = 64 * 2 ** 20;

/** Answers verdicts from a file: what the scope allows in advance is done at once, the rest waits for a person. */
export async function propose(file: string, options: RespondActOptions): Promise<ExitCode> {
  const verdicts = readVerdicts(await readText(file));
  if (!verdicts.ok) throw new CommandFailure(EXIT.invalidFile, `${file}: ${verdicts.reason}`);
  return withState(options, async (state) => {
    const open = await state.open(modeOf(options));
    const acted = await state.whileActing(() => answerAndAct(open.responder, verdicts.value));
    if (!acted) await answerOnly(open.responder, verdicts.value);
    return report(open, options, acted);
  });
}

/** A person says yes; with `--act` it is carried out at once. */
export async function approve(
  id: string,
  options: RespondActOptions & RespondPersonOptions,
): Promise<ExitCode> {
  return withState(options, async (state) => {
    const { open, acted } = await approveDecision(state, id, options.by, modeOf(options));
    return report(open, options, acted);
  });
}

/** A person ends a decision; what is in force is released at once, with `--act` or without. */
export async function undo(id: string, options: RespondReasonOptions): Promise<ExitCode> {
  return withState(options, async (state) => {
    const { open, acted } = await undoDecision(state, id, options.by, options.reason);
    return report(open, options, acted);
  });
}

/** Nothing is begun from now on; what is in force still ends in time. */
export async function pause(options: RespondReasonOptions): Promise<ExitCode> {
  return record(pauseFact(options.by, options.reason), options);
}

export async function resume(options: RespondPersonOptions): Promise<ExitCode> {
  return record(resumeFact(options.by), options);
}

async function record(fact: AuditFact, options: RespondPersonOptions): Promise<ExitCode> {
  const { ledger, added } = await new ResponseState(options.state).record(fact);
  return print({ ledger, mode: ledger.mode ?? 'dryRun', lines: linesAdded(added) }, options);
}

async function withState(
  options: RespondActOptions,
  work: (state: ResponseState) => Promise<ExitCode>,
): Promise<ExitCode> {
  const state = new ResponseState(options.state);
  try {
    return await work(state);
  } finally {
    await state.close();
  }
}

/** Prints what was decided and done just now; fails if an act failed, and is partial if another responder is to do it. */
async function report(
  { responder, takeAdded }: OpenResponder,
  options: RespondActOptions,
  acted: boolean,
): Promise<ExitCode> {
  const { mode, ledger } = responder;
  const code = await print({ ledger, mode, lines: linesAdded(takeAdded()) }, options);
  const terminal = openTerminal(options);
  if (mode === 'dryRun' && !options.json)
    terminal.say('This was a dry run: nothing was done. --act does it.');
  if (acted) return code;
  terminal.warn(
    'wormwood: It is recorded. Another responder, or a program of one that was ended, is still at work on this state: ' +
      'it carries this out, or `respond run` does.',
  );
  return EXIT.partial;
}

interface Recorded {
  readonly ledger: LedgerView;
  readonly mode: ResponseMode;
  readonly lines: readonly PrintedLine[];
}

async function print({ ledger, mode, lines }: Recorded, options: RespondActOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const decisions = [...ledger.live.values()];
  const isFailed = lines.some(({ event }) => event === 'response.fail');
  if (options.json) {
    const { paused } = ledger;
    const object = { ok: !isFailed, mode, paused, events: lines, decisions: decisions.map(decisionObject) };
    await terminal.print(JSON.stringify(object));
  } else {
    for (const line of lines) await terminal.print(sentenceLine(line));
    await terminal.print(decisionTable(decisions, nowSeconds()));
  }
  return isFailed ? EXIT.failed : EXIT.ok;
}

async function readText(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  return readBounded(file, VERDICT_OCTETS_MAX).toString('utf8');
}
