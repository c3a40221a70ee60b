/** How many infections are how many steps from the first hosts. */
import { formatCount } from '@wormwood/base';
import type { JSX } from 'preact';

export interface GenerationsProps {
  readonly counts: Int32Array;
  readonly everInfected: number;
}

export function Generations({ counts, everInfected }: GenerationsProps): JSX.Element {
  const most = Math.max(1, ...counts);
  const mode = counts.indexOf(most);
  return (
    <figure class="generations">
      <figcaption>
        Generations: {formatCount(everInfected)} infections, most of them{' '}
        {mode <= 0 ? 'at the start' : `${mode} steps from the start`}
      </figcaption>
      <svg viewBox={`0 0 ${counts.length} 100`} preserveAspectRatio="none" aria-hidden="true">
        {Array.from(counts, (count, generation) => (
          <rect
            key={generation}
            x={generation + 0.1}
            width={0.8}
            y={100 - (count / most) * 100}
            height={(count / most) * 100}
          />
        ))}
      </svg>
      <p class="soft">
        <span>0</span>
        <span>{counts.length - 1} steps</span>
      </p>
    </figure>
  );
}
