/** Four numbers, each with what it means here. */
import { formatDuration } from '@wormwood/base';
import {
  hostFigure,
  type KeyFigure,
  outbreakNumbers,
  reproductionFigure,
  type SimulationResult,
  spreadOf,
} from '@wormwood/report';
import type { JSX } from 'preact';
import { band } from '../engine/state.ts';

interface Tile extends KeyFigure {
  readonly term: string;
}

export function Tiles({ result }: { readonly result: SimulationResult }): JSX.Element {
  const runs = spreadOf(result, 'everInfected') ?? (band.value && spreadOf(band.value, 'everInfected'));
  const tiles: readonly Tile[] = [
    { term: 'Peak', ...hostFigure(result, 'peakInfected') },
    { term: 'Ever infected', ...hostFigure(result, 'everInfected', runs) },
    { term: 'R0', ...reproductionFigure(result) },
    wallTile(result),
  ];
  return (
    <dl class="tiles">
      {tiles.map(({ term, value, note }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            <b>{value}</b>
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
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
