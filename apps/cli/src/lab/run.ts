/** `wormwood lab run LAB`: runs an outbreak with packets and compares it with its prediction. */
import { join } from 'node:path';
import { formatCount, randomStreams } from '@wormwood/base';
import { scenarioText } from '@wormwood/files/scenario';
import { renderReport, resultDocument, toTerminal } from '@wormwood/report';
import {
  labChart,
  labOutcome,
  type LabOutcome,
  type LabPlan,
  labReport,
  type LabRun,
  labTables,
  labVerdict,
  runLabInMemory,
} from '@wormwood/lab';
import { CommandFailure, EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt, type Interrupt } from '../interrupt.ts';
import { type CheckedLab, openLab } from './read-lab.ts';
import { chartFiles } from '../output/result-files.ts';
import { type OutputFile, prepareDirectory, saveFiles } from '../output/save.ts';
import { renderTable } from '../output/table.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { VERSION } from '../version.ts';
import type { PrintOptions } from '../command-options.ts';

export interface LabRunOptions extends PrintOptions {
  readonly runs: number;
  readonly seed: string;
  readonly on: 'memory' | 'veth';
  readonly out?: string;
}

export async function labRun(argument: string, options: LabRunOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const check = await openLab(argument, terminal, options);
  if (check === undefined) return EXIT.invalidFile;
  const directory = options.out === undefined ? undefined : await prepareDirectory(options.out);
  const interrupt = catchInterrupt(() =>
    terminal.say('\nEnding after this run; press Ctrl-C again to end at once.'),
  );
  try {
    const runs = await runAll(check, options, { terminal, interrupt });
    if (runs.length === 0) return EXIT.interrupted;
    const { lab, outbreak } = check;
    const { seed, on: medium } = options;
    const outcome = await labOutcome({ lab, outbreak, medium, seed, version: VERSION, runs });
    if (directory !== undefined) {
      await saveFiles(directory, filesOf(outcome, runs));
      terminal.say(`Written to ${options.out}; open ${join(directory, 'report.html')}`);
    }
    await terminal.print(options.json ? JSON.stringify(outcome.result) : describe(outcome, terminal));
    if (runs.length === options.runs) return EXIT.ok;
    terminal.warn(`Ended early: this is the result of ${runs.length} of ${options.runs} runs.`);
    return EXIT.interrupted;
  } finally {
    interrupt.release();
  }
}

/** Runs the lab repeatedly; an interrupt ends it between two runs. */
async function runAll(
  { lab, outbreak }: CheckedLab,
  { runs: count, seed, on }: LabRunOptions,
  { terminal, interrupt }: { readonly terminal: Terminal; readonly interrupt: Interrupt },
): Promise<readonly LabRun[]> {
  const runs: LabRun[] = [];
  const progress = terminal.progress('lab');
  try {
    while (runs.length < count && !interrupt.interrupted()) {
      const plan = { lab, outbreak, streams: randomStreams(seed), replicate: runs.length };
      const run =
        on === 'memory' ? await runLabInMemory(plan) : await overInterfaces(plan, terminal, interrupt);
      if (run === null) break;
      runs.push(run);
      progress.update(runs.length / count, `${formatCount(runs.length)} of ${formatCount(count)} runs`);
      // Signals are handled between turns of the event loop.
      await new Promise(setImmediate);
    }
  } finally {
    progress.stop();
  }
  return runs;
}

async function overInterfaces(
  plan: LabPlan,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<LabRun | null> {
  if (process.getuid?.() !== 0) {
    throw new CommandFailure(
      EXIT.missingCapability,
      'Only root can create network namespaces; --on memory needs no privileges.',
    );
  }
  const { runLabOnVeth } = await import('./run-on-veth.ts');
  const found = await runLabOnVeth(plan, () => interrupt.interrupted());
  if (found === null) return null;
  terminal.say(`The firewall dropped ${formatCount(found.droppedPackets)} packets of immunized hosts.`);
  return found.run;
}

function describe({ result }: LabOutcome, terminal: Terminal): string {
  const { stdout, columns } = terminal;
  return [
    stdout.bold(`${String(result.scenario['name'])}, ${result.medium}, seed ${result.seed}`),
    ...labTables(result).map((table) => renderTable(table, columns)),
    toTerminal(labChart(result), { columns, color: stdout.isColorSupported }),
    stdout.bold(labVerdict(result)),
  ].join('\n\n');
}

function filesOf({ result, prediction }: LabOutcome, runs: readonly LabRun[]): OutputFile[] {
  return [
    { name: 'result.json', content: `${JSON.stringify(result)}\n` },
    { name: 'predicted.yaml', content: scenarioText(result.priorScenario) },
    { name: 'calibrated.yaml', content: scenarioText(result.calibratedScenario) },
    { name: 'prediction.json', content: `${JSON.stringify(resultDocument(prediction))}\n` },
    { name: 'audit.jsonl', content: runs[0]?.audit ?? '' },
    ...chartFiles(labChart(result)),
    { name: 'report.html', content: renderReport(labReport(result, prediction)) },
  ];
}
