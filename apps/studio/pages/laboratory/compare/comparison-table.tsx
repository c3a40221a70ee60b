/** The figures of several scenarios, each with its difference from the first; the table can be copied. */
import { useSignal } from '@preact/signals';
import { formatCount, formatDuration } from '@wormwood/base';
import {
  computation,
  figureOf,
  type FigureName,
  type NamedResult,
  percent,
  ratio,
  type SimulationResult,
} from '@wormwood/report';
import type { JSX } from 'preact';
import { copyText } from '../../shell/clipboard.ts';

interface Row {
  readonly name: string;
  readonly figure: FigureName;
  readonly text: (value: number, result: SimulationResult) => string;
}

const ROWS: readonly Row[] = [
  { name: 'ever infected', figure: 'everInfectedFraction', text: (value) => percent(Math.min(1, value)) },
  { name: 'ever infected, hosts', figure: 'everInfected', text: formatCount },
  { name: 'peak, hosts', figure: 'peakInfected', text: formatCount },
  { name: 'peak after', figure: 'peakTime', text: formatDuration },
  { name: 'R0', figure: 'basicReproductionNumber', text: ratio },
  { name: 'R when the honeypots start', figure: 'reproductionNumberAtStart', text: ratio },
  { name: 'doubling time', figure: 'doublingTime', text: formatDuration },
  { name: 'contacts with honeypots', figure: 'honeypotContacts', text: formatCount },
];

export function ComparisonTable({ results }: { readonly results: readonly NamedResult[] }): JSX.Element {
  const said = useSignal('');
  const cells = ROWS.map((row) => ({ row, values: results.map(({ result }) => cellOf(row, result)) }));
  const copy = async (): Promise<void> => {
    const lines = [
      ['', ...results.map(({ name }) => name)],
      ...cells.map(({ row, values }) => [row.name, ...values]),
      ['computed by', ...results.map(({ result }) => computation(result))],
    ];
    const isCopied = await copyText(lines.map((line) => line.join('\t')).join('\n'));
    said.value = isCopied ? 'Table copied.' : 'The browser does not let the page copy: select the table.';
  };
  return (
    <section class="comparison" aria-label="Figures">
      <div class="scroller" tabIndex={0} role="group" aria-label="Table of figures">
        <table>
          <thead>
            <tr>
              <td />
              {results.map(({ name }, index) => (
                <th key={`${index} ${name}`} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cells.map(({ row, values }) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                {values.map((text, index) => (
                  <td key={`${index} ${text}`}>
                    {text}
                    <small>
                      {index === 0 ? '' : differenceOf(row, results[0]!.result, results[index]!.result)}
                    </small>
                  </td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">computed by</th>
              {results.map(({ name, result }, index) => (
                <td key={`${index} ${name}`}>{computation(result)}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      <p>
        <button type="button" onClick={() => void copy()}>
          Copy table
        </button>{' '}
        <span role="status" class="soft">
          {said.value}
        </span>
      </p>
    </section>
  );
}

function cellOf({ figure, text }: Row, result: SimulationResult): string {
  const value = figureOf(result, figure);
  return value === null ? '–' : text(value, result);
}

/** Returns how a figure differs from the first one's, with its sign. */
function differenceOf({ figure, text }: Row, first: SimulationResult, result: SimulationResult): string {
  const [before, now] = [figureOf(first, figure), figureOf(result, figure)];
  if (before === null || now === null || before === now) return '';
  if (figure === 'everInfectedFraction') {
    // Two digits where one would be none.
    const exact = Math.abs(now - before) * 100;
    const points = Number(exact.toFixed(exact < 0.95 ? 2 : 1));
    return `${now > before ? '+' : '−'}${points} points`;
  }
  return `${now > before ? '+' : '−'}${text(Math.abs(now - before), result)}`;
}
