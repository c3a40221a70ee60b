/** Explore: one outbreak whose every number is a handle, and its verdict in words. */
import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../../shell/empty.tsx';
import type { PageProps } from '../../shell/page.ts';
import { exposeResults, failure, isMoving, mean, setup, shown } from '../engine/state.ts';
import { Actions } from './actions-bar.tsx';
import { Controls } from './controls.tsx';
import { openQuery, problem } from './desk.ts';
import { Figure } from './figure.tsx';
import { Meets } from './meets.tsx';
import { findLeast, percentKept } from './plan.ts';
import { Least } from './least.tsx';
import { Tiles } from './tiles.tsx';
import { Verdict } from './verdict.tsx';
import './explore.css';

exposeResults();

export function Explore({ query }: PageProps): JSX.Element {
  useEffect(() => {
    void openQuery(query);
  }, [query]);
  useSignalEffect(() => {
    const percent = percentKept.value;
    const now = setup.value;
    if (now !== null && !isMoving.value) void findLeast(now, percent);
  });
  const now = setup.value;
  if (now === null) return <p class="loading">Loading …</p>;
  const result = shown.value;
  return (
    <div class="explore">
      <Controls setup={now} />
      {problem.value !== null && (
        <p class="notice" role="alert">
          <span>{problem.value}</span>
          <button
            type="button"
            class="quiet"
            aria-label="Dismiss"
            onClick={() => {
              problem.value = null;
            }}
          >
            ✕
          </button>
        </p>
      )}
      <Verdict setup={now} result={result} />
      {result === null ? <Waiting /> : <Figure setup={now} />}
      {result !== null && <Meets setup={now} result={result} />}
      {result !== null && <Tiles result={result} />}
      <Least setup={now} />
      <Actions setup={now} />
    </div>
  );
}

/** Where neither the mean field nor runs are there. */
function Waiting(): JSX.Element {
  const field = mean.value;
  if (failure.value !== null) return <Empty title="No figures">{failure.value}</Empty>;
  return (
    <div class="figure waiting">
      <p class="soft">{field?.ok === false ? `${field.reason} Its runs are under way …` : 'Computing …'}</p>
    </div>
  );
}
