/**
 * Writes docs/validation.md: published and derived numbers of the literature beside ours, from runs made now.
 * `npm run validation`; ends with 1 when a row fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containmentRows } from './containment-rows.mjs';
import { detectionRows } from './detection-rows.mjs';
import { measureRows } from './measure-rows.mjs';
import { outbreakRows } from './outbreak-rows.mjs';
import { ENTERPRISE_COLUMNS, enterpriseRows } from './enterprise-rows.mjs';
import { strategyRows } from './strategy-rows.mjs';
import { SECTION_START } from './oracle/section.mjs';
import { number, passes, toleranceText } from './row.mjs';

const head = `# Validation

Published numbers and numbers derived from published models, beside ours. Made by \`npm run validation\` from real runs; no
value of ours is fitted. Tolerances are those of the source: a relative error, standard errors (s.e.) of a mean over runs, a
bound where only a bound was published, or a factor where only the order of magnitude can be compared.

`;

const published = [
  ...outbreakRows(),
  ...strategyRows(),
  ...measureRows(),
  ...containmentRows(),
  ...detectionRows(),
].toSorted((a, b) => Number(a.number) - Number(b.number));
const enterprise = enterpriseRows();
const values = [...published, ...enterprise].flatMap((row) =>
  row.values.map((value) => ({ row, value, passed: passes(value) })),
);
const failed = values.filter(({ passed }) => !passed);

function tableOf(columns, alignment, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(columns), `|${alignment.join('|')}|`, ...rows.map(line)];
}

function sectionOf(row) {
  return [
    '',
    `## ${row.number}. ${row.check}`,
    '',
    `Ours: ${row.from}.`,
    ...(row.note ? ['', row.note] : []),
    '',
    ...tableOf(
      ['what', 'wanted', 'ours', 'tolerance', ''],
      ['---', '---:', '---:', '---', '---'],
      row.values.map((value) => [
        value.name,
        number(value.wanted),
        number(value.ours),
        toleranceText(value),
        passes(value) ? 'pass' : '**fail**',
      ]),
    ),
  ];
}

const enterpriseHead = `
## A worm inside an organization

N vulnerable hosts among A addresses, all of them scanned from one infected host at s probes a second each; h honeypots
from the start, which have an infected host stopped δ seconds (mean) after it touched one. Contained iff h > N and δ <
δ_max = 1/β − A/(sh), with β = sN/A. All figures of this table but δ_max are means of our runs; the sections below compare
them with what is derived: ln 2/β, A/(sh), N/h, and the law of the final size, exactly (Ludwig 1975) and by its limits,
1/(1 − R) hosts below the threshold and the mean field above. Standard errors are those of means over runs, or of ratios of
sums over runs; 4 of them are allowed here, as some fifty means are compared at a time.
`;

const lines = [
  ...published.flatMap(sectionOf),
  enterpriseHead,
  ...tableOf(
    ENTERPRISE_COLUMNS,
    ENTERPRISE_COLUMNS.map((_, column) => (column < 2 ? '---' : '---:')),
    enterprise.map(({ cells }) => cells),
  ),
  ...enterprise.flatMap(sectionOf),
];
const summary = `${values.length - failed.length} of ${values.length} values in ${published.length + enterprise.length} rows pass.\n`;
const file = join(import.meta.dirname, '..', '..', 'docs', 'validation.md');
// The section on combined defenses takes half an hour and is made by itself: combinations.mjs.
const combinations = readFileSync(file, 'utf8').split(`\n${SECTION_START}`)[1];
const kept = combinations === undefined ? '' : `\n${SECTION_START}${combinations}`;
writeFileSync(file, `${head}${summary}${lines.join('\n')}\n${kept}`);
process.stdout.write(summary);
for (const { row, value } of failed)
  process.stdout.write(
    `fails: ${row.number} ${row.check}: ${value.name}: ${value.wanted}, ours ${value.ours}\n`,
  );
process.exitCode = failed.length > 0 ? 1 : 0;
