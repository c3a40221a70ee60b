/**
 * Writes docs/validation.md: published and derived numbers of the literature beside ours, from runs made now.
 * `npm run validation`; ends with 1 when a row fails.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { detectionRows } from './detection-rows.mjs';
import { measureRows } from './measure-rows.mjs';
import { outbreakRows } from './outbreak-rows.mjs';
import { number, passes, toleranceText } from './row.mjs';

const head = `# Validation

Published numbers and numbers derived from published models, beside ours. Made by \`npm run validation\` from real runs; no
value of ours is fitted. Tolerances are those of the source: a relative error, standard errors (s.e.) of a mean over runs, or
a bound where only a bound was published.

`;

const rows = [...outbreakRows(), ...measureRows(), ...detectionRows()].toSorted(
  (a, b) => Number(a.number) - Number(b.number),
);
const values = rows.flatMap((row) => row.values.map((value) => ({ row, value, passed: passes(value) })));
const failed = values.filter(({ passed }) => !passed);
const lines = rows.flatMap((row) => [
  '',
  `## ${row.number}. ${row.check}`,
  '',
  `Ours: ${row.from}.`,
  '',
  '| what | wanted | ours | tolerance | |',
  '|---|---:|---:|---|---|',
  ...row.values.map(
    (value) =>
      `| ${value.name} | ${number(value.wanted)} | ${number(value.ours)} | ${toleranceText(value)} | ` +
      `${passes(value) ? 'pass' : '**fail**'} |`,
  ),
]);
const summary = `${values.length - failed.length} of ${values.length} values in ${rows.length} rows pass.\n`;
writeFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'validation.md'),
  `${head}${summary}${lines.join('\n')}\n`,
);
process.stdout.write(summary);
for (const { row, value } of failed)
  process.stdout.write(
    `fails: ${row.number} ${row.check}: ${value.name}: ${value.wanted}, ours ${value.ours}\n`,
  );
process.exitCode = failed.length > 0 ? 1 : 0;
