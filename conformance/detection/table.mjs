/**
 * Prints the table of classes and prefixes as Markdown, with what does not hold: `node conformance/detection/table.mjs`, after
 * `npm run build`. `--brief` prints one line a class, `--json` the rows, `--keep DIR` keeps captures, events and labels.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { importCompiled } from './bundle.mjs';

const { values } = parseArgs({
  options: {
    sources: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    prefix: { type: 'string', multiple: true, default: ['16', '20', '24'] },
    class: { type: 'string', multiple: true, default: [] },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
});

const { briefOf, classes, markdownOf, missesOf, tableRows } = await importCompiled('index');
const unknown = values.class.filter((name) => !classes.some((each) => each.name === name));
if (unknown.length > 0) {
  console.error(
    `No class is called ${unknown.join(', ')}. There are: ${classes.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
const only = values.class.length === 0 ? classes : classes.filter(({ name }) => values.class.includes(name));
const rows = await tableRows({
  seed: values.seed,
  sourcesPerClass: Number(values.sources),
  prefixLengths: values.prefix.map(Number),
  only,
  ...(values.keep === undefined ? {} : { keep: values.keep }),
  onProgress: (sentence) => console.error(sentence),
  onGenerated: async ({ telescope, labels }) => {
    if (values.keep === undefined) return;
    writeFileSync(
      join(values.keep, `labels-${telescope.prefixLength}.json`),
      JSON.stringify(labels, null, 1),
    );
  },
});
const misses = missesOf(rows);
console.log(
  values.json
    ? JSON.stringify({ seed: values.seed, rows, misses }, null, 1)
    : (values.brief ? briefOf : markdownOf)(rows, misses),
);
process.exitCode = misses.length === 0 ? 0 : 1;
