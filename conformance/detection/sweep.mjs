/**
 * Prints what each constant of the detector does to the table when it is half or twice as large: `node
 * conformance/detection/sweep.mjs`, after `npm run build`. `--constant NAME` sweeps one of them, `--json` prints the figures.
 */
import { parseArgs } from 'node:util';
import { importCompiled } from './bundle.mjs';

const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    prefix: { type: 'string', default: '16' },
    constant: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  },
});

const { sweep, sweptWords } = await importCompiled('index');
const swept = await sweep({
  seed: values.seed,
  sourcesPerClass: Number(values.sources),
  prefixLength: Number(values.prefix),
  only: values.constant ?? null,
  onProgress: (name) => console.error(name),
});
console.log(values.json ? JSON.stringify(swept, null, 1) : sweptWords(swept));
