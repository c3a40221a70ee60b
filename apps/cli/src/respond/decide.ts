/** `wormwood respond propose | approve | undo | pause | resume`: each changes once what is decided. */
import { text as textOf } from 'node:stream/consumers';
import {
  type AuditFact,
  type Decision,
  type LedgerView,
  readVerdicts,
  type ResponseMode,
} from '@wormwood/defense';
import {
  answerAndAct,
  answerOnly,
  mustBeDone,
  nowSeconds,
  type OpenResponder,
  readBounded,
  ResponseState,
} from '@wormwood/responder';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { openTerminal } from '../output/terminal.ts';
import {
  modeOf,
  type RespondActOptions,
  type RespondPersonOptions,
  type RespondReasonOptions,
} from './options.ts';
import { decisionObject, decisionTable, linesAdded, type PrintedLine, sentenceLine } from './words.ts';

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
    const open = await state.open(modeOf(options));
    const { responder } = open;
    const decision = decisionNamed(id, responder.ledger);
    if (decision.dryRun && responder.mode === 'act') {
      const sentence = 'That decision is a dry run: propose again with --act for one that is carried out.';
      throw new CommandFailure(EXIT.usage, sentence);
    }
    mustBeDone(await responder.approve(decision.id, options.by));
    const acted = await state.whileActing(async () => mustBeDone(await responder.step()));
    return report(open, options, acted);
  });
}

/** A person ends a decision; what is in force is released at once, with `--act` or without. */
export async function undo(id: string, options: RespondReasonOptions): Promise<ExitCode> {
  return withState(options, async (state) => {
    const open = await state.open('asBefore');
    const { responder } = open;
    const decision = decisionNamed(id, responder.ledger);
    mustBeDone(await responder.undo(decision.id, options.by, options.reason));
    const acted = await state.whileActing(async () => mustBeDone(await responder.release()));
    return report(open, options, acted);
  });
}

/** Nothing is begun from now on; what is in force still ends in time. */
export async function pause(options: RespondReasonOptions): Promise<ExitCode> {
  const { by, reason } = options;
  return record({ event: 'respond.pause', by, reason }, options);
}

export async function resume(options: RespondPersonOptions): Promise<ExitCode> {
  return record({ event: 'respond.resume', by: options.by }, options);
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

/** The live decision whose identifier begins so. */
function decisionNamed(id: string, ledger: LedgerView): Decision {
  const found = [...ledger.live.values()].filter((each) => each.id.startsWith(id.toLowerCase()));
  const [decision] = found;
  if (decision !== undefined && found.length === 1) return decision;
  const reason = found.length === 0 ? 'No live decision' : `${found.length} live decisions`;
  throw new CommandFailure(EXIT.usage, `${reason} begins with "${id}"; \`respond list\` shows them.`);
}

async function readText(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  return readBounded(file, VERDICT_OCTETS_MAX).toString('utf8');
}
