/** `wormwood detect explain SOURCE`: all evidence about one source in words. */
import { explanationWords, type Verdict } from '@wormwood/defense';
import { formatIpPrefix, type IpAddress, ipPrefixOf } from '@wormwood/wire';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { catchInterrupt } from '../interrupt.ts';
import { openTerminal } from '../output/terminal.ts';
import { type DetectFileOptions, readInput, setUp } from './input.ts';
import { forPrograms } from './words.ts';

export async function explain(source: IpAddress, options: DetectFileOptions): Promise<ExitCode> {
  const terminal = openTerminal(options);
  const { detector, monitored, seed } = await setUp(options);
  const verdicts: Verdict[] = [];
  const interrupt = catchInterrupt(() => terminal.say('\nEnding; press Ctrl-C again to end at once.'));
  try {
    const { isPartial } = await readInput(options, monitored, {
      terminal,
      interrupt,
      take: (observation) => {
        const verdict = detector.observe(observation);
        if (verdict !== null && isAbout(verdict, source)) verdicts.push(verdict);
      },
      flush: () => Promise.resolve(),
    });
    const explanation = detector.explain(source);
    const found = { seed, ...forPrograms(explanation), verdicts: verdicts.map(forPrograms) };
    await terminal.print(options.json ? JSON.stringify(found) : explanationWords(explanation, verdicts));
    if (interrupt.interrupted()) return EXIT.interrupted;
    return isPartial ? EXIT.partial : EXIT.ok;
  } finally {
    interrupt.release();
  }
}

const NETWORK_BITS = 64;

/** Whether the verdict is about that address, or about the network that it lies in. */
function isAbout({ source, prefix }: Verdict, address: IpAddress): boolean {
  if (prefix === undefined) return source === address;
  return typeof address === 'bigint' && prefix === formatIpPrefix(ipPrefixOf(address, NETWORK_BITS));
}
