/** `/forecast`: what the honeypots see now, what comes of it, and what each measure would change, as `sim forecast` has it. */
import { useSignal } from '@preact/signals';
import { formatCount, formatDuration } from '@wormwood/base';
import { type LineChart, lineColors } from '@wormwood/report';
import {
  adviceWords,
  armTable,
  forecastChart,
  forecastDocument,
  type MadeForecast,
  presentTable,
  type Proposal,
  remarkWords,
} from '@wormwood/study';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { LiveChart } from '../../laboratory/chart/live-chart.tsx';
import { Cancelled } from '../../laboratory/engine/workers.ts';
import type { PageProps } from '../../shell/page.ts';
import { changeQuery } from '../../shell/place.ts';
import { palette } from '../../shell/theme.ts';
import type { ForecastBasis, SourceGrowth } from '../../../server/interface/answers.ts';
import { HoneynetPage, Missing, useFetched } from '../frame.tsx';
import { progress, serverState } from '../news.ts';
import { Timeline } from '../parts.tsx';
import { clockTime, counted, roughly, strange } from '../words.ts';
import { MeasuresForm } from './measures-form.tsx';
import { Forecaster, type Outlook } from './outlook.ts';
import { commandOf, queryOf, type QuestionRead, readQuestion, type Written } from './question.ts';
import '../../style/forecast.css';

/** The contacts are asked for anew so often, while more come. */
const BEAT_MS = 10_000;
/** A handle that rests for so long begins a new movement. */
const MOVEMENT_MS = 1000;
/** Rest after a move, until all runs are made. */
const REST_MS = 250;

export function ForecastPage({ query }: PageProps): JSX.Element {
  const read = useMemo(() => readQuestion(query), [query]);
  const { response } = read.question;
  const beat = useBeat();
  const { value: basis, failure } = useFetched<ForecastBasis>(
    `forecast${response === undefined ? '' : `?response=${response}`}`,
    () => beat.value,
  );
  const outlook = useOutlook(basis, read);
  const made = outlook.kind === 'made' ? outlook.made : null;
  const [course, remedy] = made === null ? ['', ''] : sentences(adviceWords(made));
  return (
    <HoneynetPage title={titleOf(basis, outlook, course)}>
      {read.problem === null ? null : (
        <p class="problem" role="alert">
          {read.problem}
        </p>
      )}
      {basis === null ? (
        <Missing failure={failure} />
      ) : made === null ? (
        <Unmade outlook={outlook} read={read} />
      ) : (
        <Made made={made} remedy={remedy} read={read} />
      )}
    </HoneynetPage>
  );
}

function titleOf(basis: ForecastBasis | null, outlook: Outlook, course: string): string {
  if (basis === null) return 'Forecast';
  if (outlook.kind === 'none')
    return basis.alarmed === null ? 'No worm spreads here now.' : 'Nothing can be forecast.';
  return outlook.kind === 'made' ? course : 'A worm spreads; its course is computed …';
}

/** The first sentence, and the others. */
function sentences(text: string): readonly [string, string] {
  const end = text.indexOf('. ');
  return end < 0 ? [text, ''] : [text.slice(0, end + 1), text.slice(end + 2)];
}

function useBeat(): { readonly value: number } {
  const beat = useSignal(0);
  useEffect(() => {
    let seen = -1;
    const timer = setInterval(() => {
      const judged = progress.peek()?.judgedOctets ?? 0;
      if (judged !== seen) beat.value++;
      seen = judged;
    }, BEAT_MS);
    return () => clearInterval(timer);
  }, []);
  return beat;
}

/** Few runs at once, all of them after a rest; what is shown stays until there is something newer. */
function useOutlook(basis: ForecastBasis | null, { question }: QuestionRead): Outlook {
  const forecaster = useMemo(() => new Forecaster(), []);
  const outlook = useSignal<Outlook>({ kind: 'computing' });
  useEffect(() => {
    if (basis === null) return undefined;
    const cancel = new AbortController();
    const make = async (): Promise<void> => {
      for (const isRough of [true, false]) {
        if (!isRough) await new Promise((resolve) => setTimeout(resolve, REST_MS));
        if (cancel.signal.aborted) return;
        const next = await forecaster.outlook(basis, question, { isRough, signal: cancel.signal });
        if (cancel.signal.aborted) return;
        outlook.value = next;
        expose(next, isRough);
        if (next.kind === 'none') return;
      }
    };
    make().catch((error: unknown) => {
      if (error instanceof Cancelled || cancel.signal.aborted) return;
      outlook.value = { kind: 'none', reason: error instanceof Error ? error.message : String(error) };
    });
    return () => cancel.abort();
  }, [basis, question]);
  return outlook.value;
}

const NO_SCORE = { forecasts: 0, moments: 0, held: 0, below: 0, above: 0 };

/** For programs: `window.wormwood.forecast()` is what `sim forecast --json` prints; null while runs are under way. */
function expose(outlook: Outlook, isRough: boolean): void {
  const document =
    outlook.kind === 'made' && !isRough
      ? forecastDocument(outlook.made, { score: NO_SCORE, version: serverState.peek()?.version ?? '' })
      : null;
  const known = (window as unknown as { readonly wormwood?: object }).wormwood ?? {};
  Object.assign(window, { wormwood: { ...known, forecast: () => document } });
}

/** No forecast, and why; with the growth that an alarm would come from. */
function Unmade({ outlook, read }: { readonly outlook: Outlook; readonly read: QuestionRead }): JSX.Element {
  const { value } = useFetched<SourceGrowth>('growth', () => Math.floor((progress.value?.events ?? 0) / 100));
  if (outlook.kind === 'computing') return <p class="loading">The contacts are fitted …</p>;
  const points = value?.points ?? [];
  const last = points.at(-1);
  const first = points[0];
  return (
    <>
      <p class="why">{outlook.kind === 'none' ? strange(outlook.reason) : ''}</p>
      {first === undefined || last === undefined ? null : (
        <Timeline
          points={points.map(({ seconds, sources }) => ({ seconds, value: sources }))}
          label={`${counted(last.sources, 'different source')} in ${roughly(last.seconds - first.seconds + 60)}`}
        />
      )}
      <p class="why soft">
        A worm shows as a number of sources that doubles in equal times; strays alone make it grow in a
        straight line. The alarm takes growth that persists through a doubling. From then on this page says
        what comes, and what more honeypots, a faster response or a filter would change.
      </p>
      <Command read={read} />
    </>
  );
}

const SHORT: Readonly<Record<Proposal['kind'], string>> = {
  asItIs: 'as it is',
  response: 'faster',
  honeypots: 'more honeypots',
  filter: 'filter',
};

function Made({
  made,
  remedy,
  read,
}: {
  readonly made: MadeForecast;
  readonly remedy: string;
  readonly read: QuestionRead;
}): JSX.Element {
  const { sighting } = made;
  const { nowSeconds, alarm } = sighting;
  const chart = useMemo(() => forecastChart(made, ({ kind }) => SHORT[kind]), [made]);
  const movedMs = useRef(-Infinity);
  const change = (written: Written, isMove: boolean): void => {
    const now = performance.now();
    // A movement is one step of the history, however many values it goes through.
    changeQuery(queryOf(written), { isStep: !isMove || now - movedMs.current > MOVEMENT_MS });
    movedMs.current = isMove ? now : -Infinity;
  };
  return (
    <div class="forecast">
      <p class="remedy" role="status">
        {remedy}
      </p>
      <p class="soft">
        {strange(alarm.text)} The alarm was raised at {clockTime(alarm.raisedSeconds)} UTC; this is of what
        was seen until {clockTime(nowSeconds)} UTC.
      </p>
      <LiveChart
        chart={chart}
        band={chart}
        hasMoments
        read={{ ...chart, lines: chart.lines.filter(({ role }) => role !== 'reference') }}
      />
      <Arms made={made} chart={chart} />
      <div class="beside">
        <MeasuresForm written={read.written} question={read.question} made={made} onChange={change} />
        <Present made={made} />
      </div>
      <Command read={read} />
    </div>
  );
}

function Arms({ made, chart }: { readonly made: MadeForecast; readonly chart: LineChart }): JSX.Element {
  const { caption, columns, rows } = armTable(made);
  const best = bestOf(made);
  const colors = lineColors(chart.lines, palette.value);
  const colorOf = (kind: Proposal['kind']): string =>
    colors[chart.lines.findIndex(({ name }) => name === SHORT[kind])] ?? palette.value.text;
  return (
    <div class="scroll arms" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th scope="col" key={column} class={isNumber(index) ? 'number' : undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, arm) => (
            <tr key={row[0]} class={arm === best ? 'best' : undefined}>
              {row.map((cell, index) =>
                index === 0 ? (
                  <th scope="row" key={index}>
                    <i
                      class="swatch"
                      style={{ background: colorOf(made.arms[arm]?.kind ?? 'asItIs') }}
                      aria-hidden="true"
                    />
                    {cell}
                    {arm === best ? <span class="badge proven">spares most</span> : null}
                  </th>
                ) : (
                  <td key={index} class={isNumber(index) ? 'number' : undefined} data-column={columns[index]}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isNumber(column: number): boolean {
  return column !== 0 && column !== 4;
}

/** The measure that spares most hosts; −1 where none does. */
function bestOf({ arms }: MadeForecast): number {
  const spared = arms.map((arm, index) => (index === 0 ? 0 : arm.spared.q50));
  const most = Math.max(...spared);
  return most >= 1 ? spared.indexOf(most) : -1;
}

function Present({ made }: { readonly made: MadeForecast }): JSX.Element {
  const { caption, rows } = presentTable(made);
  return (
    <section class="card present" aria-label="The outbreak now">
      <h2>{caption}</h2>
      <dl>
        {rows.map(([name = '', median = '', interval = '']) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <b>{median}</b> <small>{interval}</small>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft">Behind each number: its 95% interval.</p>
      {remarkWords(made).map((remark) => (
        <p key={remark} class="look">
          {remark}
        </p>
      ))}
      <p class="soft">
        {formatCount(made.arms[0]?.arm.everAtEnd.length ?? 0)} runs of each measure over{' '}
        {formatDuration(made.horizonSeconds)}, with the same random numbers.
      </p>
    </section>
  );
}

function Command({ read }: { readonly read: QuestionRead }): JSX.Element {
  const path = progress.value?.path ?? 'events.jsonl';
  return (
    <details class="command">
      <summary>The same on the command line</summary>
      <pre tabIndex={0} aria-label="Command">
        {strange(commandOf(read.written, path))}
      </pre>
    </details>
  );
}
