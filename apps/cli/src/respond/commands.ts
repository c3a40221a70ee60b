/** `wormwood respond …` on the command line. */
import { userInfo } from 'node:os';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { collected, portOf, type PrintOptions, withExamples, withPrintOptions } from '../command-options.ts';
import { withExitCode } from './exit-codes.ts';
import type { RespondFeedOptions } from './feed.ts';
import type { RespondNotifyOptions } from './notify.ts';
import type {
  RespondActOptions,
  RespondOptions,
  RespondPersonOptions,
  RespondReasonOptions,
} from './options.ts';
import type { RespondRunOptions } from './run.ts';
import type { ScopeCheckOptions, ScopeSignOptions } from './scope.ts';
import type { RespondExportOptions } from './show.ts';

type Finish = (exitCode: ExitCode) => void;

const STATE_DEFAULT = 'respond';
const PORT_DEFAULT = 8390;
const TEXT_LENGTH_MAX = 200;

export function addRespond(parent: Command, finish: Finish): void {
  const respond = parent
    .command('respond')
    .description('decide and act on verdicts, within the signed scope of the owner')
    .helpCommand(false);
  addDecide(respond, finish);
  addPeople(respond, finish);
  addShow(respond, finish);
  addServe(respond, finish);
  addScope(respond, finish);
  withExamples(respond, [
    ['wormwood respond scope check scope.yaml', 'what a scope file allows'],
    ['wormwood respond propose verdicts.json', 'what would be done, without doing it'],
    ['wormwood respond list', 'what waits and what is in force'],
  ]);
}

function addDecide(respond: Command, finish: Finish): void {
  const propose = respond
    .command('propose')
    .description(
      'propose actions for verdicts: those that the scope approves in advance are done, the others wait for a person',
    )
    .argument('<file>', 'verdicts as `wormwood detect --json` prints them; - for standard input')
    .option('--act', 'carry decisions out; without it, only report them (dry run)')
    .action(async (file: string, options: RespondActOptions) => {
      const { propose: run } = await import('./decide.ts');
      finish(await withExitCode(run(file, options)));
    });
  withExamples(withStateOptions(propose), [
    ['wormwood respond propose verdicts.json', 'a dry run'],
    ['wormwood detect --pcap day.pcap --json | wormwood respond propose - --act', 'and acts'],
  ]);
  const run = respond
    .command('run')
    .description(
      'propose actions for verdicts as they arrive, carry out approved ones, release expired ones, until Ctrl-C',
    )
    .addArgument(new Argument('[verdicts]', '- for verdicts from standard input, one a line').choices(['-']))
    .option('--act', 'carry decisions out; without it, only report them (dry run)')
    .option('--once', 'do what is due now, then exit')
    .action(async (verdicts: '-' | undefined, options: RespondRunOptions) => {
      const { run: serve } = await import('./run.ts');
      finish(await withExitCode(serve(verdicts, options)));
    });
  withExamples(withStateOptions(run), [
    [
      'wormwood detect watch --events events.jsonl --dark 10.20.64.0/18 --json | wormwood respond run - --act',
      'live',
    ],
    ['wormwood respond run --act --once', 'what is due now'],
  ]);
}

function addPeople(respond: Command, finish: Finish): void {
  const approve = respond
    .command('approve')
    .description('approve a decision that is waiting')
    .argument('<id>', 'the decision, or the beginning of its identifier')
    .option('--act', 'carry it out')
    .action(async (id: string, options: RespondActOptions & RespondPersonOptions) => {
      const { approve: say } = await import('./decide.ts');
      finish(await withExitCode(say(id, options)));
    });
  withExamples(withPersonOptions(approve), [['wormwood respond approve 3f2a --act', 'and do it']]);
  const undo = respond
    .command('undo')
    .description('undo a decision; an action in force is released at once')
    .argument('<id>', 'the decision, or the beginning of its identifier')
    .addOption(reasonOption())
    .action(async (id: string, options: RespondReasonOptions) => {
      const { undo: end } = await import('./decide.ts');
      finish(await withExitCode(end(id, options)));
    });
  withExamples(withPersonOptions(undo), [
    ["wormwood respond undo 3f2a --reason 'our own scanner'", 'the reason stands in the log'],
  ]);
  const pause = respond
    .command('pause')
    .description('start no new action; actions in force still expire on time')
    .addOption(reasonOption())
    .action(async (options: RespondReasonOptions) => {
      const { pause: halt } = await import('./decide.ts');
      finish(await withExitCode(halt(options)));
    });
  withExamples(withPersonOptions(pause), [["wormwood respond pause --reason 'exam week'", 'until resume']]);
  const resume = respond
    .command('resume')
    .description('resume actions after a pause')
    .action(async (options: RespondPersonOptions) => {
      const { resume: goOn } = await import('./decide.ts');
      finish(await withExitCode(goOn(options)));
    });
  withExamples(withPersonOptions(resume), [['wormwood respond resume', 'what waits is begun by `run`']]);
}

function addShow(respond: Command, finish: Finish): void {
  const list = respond
    .command('list')
    .description('show the scope in force, and the decisions that wait or are in force')
    .action(async (options: RespondOptions) => {
      const { list: show } = await import('./show.ts');
      finish(await withExitCode(show(options)));
    });
  withExamples(withStateOptions(list), [['wormwood respond list --json', 'the same as JSON']]);
  const audit = respond
    .command('audit')
    .description('verify the audit log and every promise from it alone, and print it in sentences')
    .action(async (options: RespondOptions) => {
      const { audit: verify } = await import('./show.ts');
      finish(await withExitCode(verify(options)));
    });
  withExamples(withStateOptions(audit), [['wormwood respond audit', 'ends with code 1 if it does not hold']]);
  const explain = respond
    .command('explain')
    .description('show what is known about a host, what was done about it, and why')
    .argument('<source>', 'its IPv4 or IPv6 address')
    .action(async (source: string, options: RespondOptions) => {
      const { explain: say } = await import('./show.ts');
      finish(await withExitCode(say(source, options)));
    });
  withExamples(withStateOptions(explain), [['wormwood respond explain 10.20.7.9', 'one host']]);
  const exporting = respond
    .command('export')
    .description('print the infected hosts for other organisations')
    .addOption(new Option('--stix', 'as a STIX 2.1 bundle').conflicts('misp'))
    .addOption(new Option('--misp', 'as a MISP event').conflicts('stix'))
    .action(async (options: RespondExportOptions) => {
      const { exportFindings } = await import('./show.ts');
      finish(await withExitCode(exportFindings(options)));
    });
  withExamples(withStateOptions(exporting), [['wormwood respond export --stix > bundle.json', 'STIX 2.1']]);
}

function addServe(respond: Command, finish: Finish): void {
  const feed = respond
    .command('feed')
    .description('serve the block lists over HTTP on loopback, until Ctrl-C')
    .addOption(
      new Option('--port <n>', 'TCP port on 127.0.0.1; 0 for any').default(PORT_DEFAULT).argParser(portOf),
    )
    .action(async (options: RespondFeedOptions) => {
      const { feed: serve } = await import('./feed.ts');
      finish(await withExitCode(serve(options)));
    });
  withExamples(withStateOptions(feed), [
    ['wormwood respond feed', 'each reader shows the key that it prints where to find'],
  ]);
  const notify = respond
    .command('notify')
    .description('forward the audit log to webhooks, syslog and mail, until Ctrl-C')
    .option('--once', 'deliver what is waiting, then exit; with code 4 if something is left')
    .action(async (options: RespondNotifyOptions) => {
      const { notify: runNotify } = await import('./notify.ts');
      finish(await withExitCode(runNotify(options)));
    });
  withExamples(withStateOptions(notify), [
    ['wormwood respond notify', 'to the deliveries of respond.yaml, each event once'],
  ]);
}

function addScope(respond: Command, finish: Finish): void {
  const scope = respond
    .command('scope')
    .description('check and sign the file in which the owner states which actions are allowed')
    .helpCommand(false);
  const check = scope
    .command('check')
    .description('show what a scope file allows, or every problem in it')
    .argument('<file>', 'the scope file; its signature is FILE.sig')
    .option('--trust <key>', 'verify the signature with this public key; repeatable', collected, [])
    .action(async (file: string, options: ScopeCheckOptions) => {
      const { scopeCheck } = await import('./scope.ts');
      finish(await withExitCode(scopeCheck(file, options)));
    });
  withExamples(withPrintOptions(check), [
    ['wormwood respond scope check scope.yaml', 'before it is signed'],
    ['wormwood respond scope check scope.yaml --trust owner.pub', 'as the responder will see it'],
  ]);
  const sign = scope
    .command('sign')
    .description('sign a scope file: writes FILE.sig')
    .argument('<file>', 'the scope file')
    .requiredOption('--key <key>', 'private key of the owner, as `scope keygen` writes it')
    .action(async (file: string, options: ScopeSignOptions) => {
      const { scopeSign } = await import('./scope.ts');
      finish(await withExitCode(scopeSign(file, options)));
    });
  withExamples(withPrintOptions(sign), [
    ['wormwood respond scope sign scope.yaml --key owner.key', 'after every change'],
  ]);
  const keygen = scope
    .command('keygen')
    .description('create a key pair: NAME.key, which the owner keeps secret, and NAME.pub')
    .argument('<name>', 'path of the two files without their endings')
    .action(async (name: string, options: PrintOptions) => {
      const { scopeKeygen } = await import('./scope.ts');
      finish(await withExitCode(scopeKeygen(name, options)));
    });
  withExamples(withPrintOptions(keygen), [
    ['wormwood respond scope keygen owner', 'owner.key and owner.pub'],
  ]);
  withExamples(scope, [['wormwood respond scope check scope.yaml', 'what it allows']]);
}

function withStateOptions(command: Command): Command {
  return withPrintOptions(
    command.option('--state <dir>', 'directory of scope, keys, actuators and audit log', STATE_DEFAULT),
  );
}

function withPersonOptions(command: Command): Command {
  return withStateOptions(
    command.addOption(
      new Option('--by <name>', 'who says so, for the audit log')
        .default(callerName(), 'the user that calls')
        .argParser(lineOf),
    ),
  );
}

/** Behind `sudo`, the person and not root. */
function callerName(): string {
  const { SUDO_USER, USER } = process.env;
  if (SUDO_USER !== undefined && SUDO_USER !== '') return SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the list of users, as in containers.
    return USER ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function reasonOption(): Option {
  return new Option('--reason <text>', 'why, for the audit log').makeOptionMandatory().argParser(lineOf);
}

function lineOf(text: string): string {
  if (text.trim() === '' || text.length > TEXT_LENGTH_MAX || /\p{Cc}/u.test(text)) {
    throw new InvalidArgumentError(`It takes a text of one line and at most ${TEXT_LENGTH_MAX} characters.`);
  }
  return text;
}
