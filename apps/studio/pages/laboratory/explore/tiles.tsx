/** Four numbers, each with what it means here. */
import { formatCount, formatDuration } from '@wormwood/base';
import {
  figureOf,
  hostRange,
  outbreakNumbers,
  percent,
  ratio,
  type SimulationResult,
  spreadOf,
} from '@wormwood/report';
import type { JSX } from 'preact';
import { band } from '../engine/state.ts';

interface Tile {
  readonly term: string;
  readonly value: string;
  readonly note: string;
}

export function Tiles({ result }: { readonly result: SimulationResult }): JSX.Element {
  return (
    <dl class="tiles">
      {[peakTile(result), everTile(result), numberTile(result), wallTile(result)].map(
        ({ term, value, note }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              <b>{value}</b>
              <small>{note}</small>
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function peakTile(result: SimulationResult): Tile {
  const { vulnerable } = result.scenario.population;
  const peak = figureOf(result, 'peakInfected') ?? 0;
  const time = figureOf(result, 'peakTime') ?? 0;
  return {
    term: 'Peak',
    value: formatCount(peak),
    note: `${percent(peak / vulnerable)} of the hosts at one time, after ${formatDuration(time)}`,
  };
}

function everTile(result: SimulationResult): Tile {
  const { vulnerable } = result.scenario.population;
  const ever = figureOf(result, 'everInfected') ?? 0;
  const spread =
    spreadOf(result, 'everInfected') ?? (band.value === null ? null : spreadOf(band.value, 'everInfected'));
  const range =
    spread === null || spread.q05 === null || spread.q95 === null
      ? ''
      : `; 5–95 % of runs: ${hostRange([spread.q05, spread.q95], vulnerable)}`;
  return {
    term: 'Ever infected',
    value: formatCount(ever),
    note: `${percent(ever / vulnerable)} of the hosts${range}`,
  };
}

function numberTile(result: SimulationResult): Tile {
  const term = 'R0';
  const basic = figureOf(result, 'basicReproductionNumber');
  const atStart = figureOf(result, 'reproductionNumberAtStart');
  if (basic === null) {
    const without = result.scenario.defenses.length === 0;
    return {
      term,
      value: '–',
      note: without
        ? 'Without a defense an infected host infects as many as there are.'
        : 'The mean field has no such number for this outbreak.',
    };
  }
  const then = atStart === null ? '' : `; ${ratio(atStart)} when the honeypots start`;
  return { term, value: ratio(basic), note: `hosts that one infects among all others${then}` };
}

function wallTile(result: SimulationResult): Tile {
  const { contactRatePerSecond, delaySeconds } = outbreakNumbers(result);
  const term = 'Delay wall';
  if (contactRatePerSecond === null || contactRatePerSecond === 0)
    return { term, value: '–', note: 'It is known where all hosts scan uniformly and alike.' };
  const wall = 1 / contactRatePerSecond;
  const beyond = delaySeconds >= wall ? 'The delay is beyond it: ' : 'With a longer delay ';
  return { term, value: formatDuration(wall), note: `${beyond}no number of honeypots is enough` };
}
