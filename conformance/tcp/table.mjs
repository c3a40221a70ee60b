/**
 * Prints where a virtual host answers otherwise than the kernel: `node conformance/tcp/table.mjs`, as root, after `npm run build`.
 * `--only WORDS` takes the cases whose name has these words in it, `--all` prints accepted differences, too, `--json` prints data.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from '../detection/bundle.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
process.env.WORMWOOD_CONFORMANCE_TCP = import.meta.dirname;
const { reportOf, runSuite } = await importCompiled('index', import.meta.dirname);
const result = await runSuite({ only: values.only, onProgress: (sentence) => console.error(sentence) });
const unexplained = result.differences.filter(({ reason }) => reason === null);
const shown = values.all ? result : { ...result, differences: unexplained };
const text = values.json ? JSON.stringify(shown, null, 1) : reportOf(shown);
const code = unexplained.length === 0 && result.outdated.length === 0 ? 0 : 1;
// A pipe takes a long text piece by piece.
process.stdout.write(`${text}\n`, () => process.exit(code));
