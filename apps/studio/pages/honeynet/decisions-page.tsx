/** `/decisions`: what waits for approval, what is in force, and what has ended; each change says first what it will do. */
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { addressOf } from '../shell/address.ts';
import type { DecisionList, Recording, ShownDecision } from '../../server/interface/answers.ts';
import { AnswerFailure, change } from './api.ts';
import { HoneynetPage, Missing, useFetched } from './frame.tsx';
import { serverState } from './news.ts';
import { SourceLink } from './parts.tsx';
import { counted, plainTime, roughly, strange } from './words.ts';

/** A change that is asked about before it is made. */
interface Question {
  readonly path: string;
  readonly button: string;
  readonly sentence: string;
  readonly wantsReason: boolean;
}

export function DecisionsPage(): JSX.Element {
  const done = useSignal<Recording | null>(null);
  const question = useSignal<Question | null>(null);
  const { value, failure } = useFetched<DecisionList>('decisions', () => [
    serverState.value?.decisionsStamp,
    done.value,
  ]);
  return (
    <HoneynetPage title={value === null ? 'Decisions' : titleOf(value)}>
      {value === null ? (
        <Missing failure={failure} />
      ) : (
        <Decisions list={value} question={question} done={done} />
      )}
      {question.value === null ? null : (
        <Ask
          key={question.value.path}
          question={question.value}
          close={() => (question.value = null)}
          done={done}
        />
      )}
    </HoneynetPage>
  );
}

function titleOf({ proposed, active, paused }: DecisionList): string {
  const halted = paused ? ' All actions are paused.' : '';
  if (proposed.length === 0 && active.length === 0) return `Nothing waits and nothing is in force.${halted}`;
  const verb = proposed.length === 1 ? 'waits' : 'wait';
  return `${counted(proposed.length, 'proposal')} ${verb} for approval, ${active.length} in force.${halted}`;
}

interface Parts {
  readonly list: DecisionList;
  readonly question: Signal<Question | null>;
  readonly done: Signal<Recording | null>;
}

function Decisions({ list, question, done }: Parts): JSX.Element {
  const mayWrite = serverState.value?.hasToken === true;
  const ask = (asked: Question): void => {
    question.value = asked;
  };
  return (
    <>
      <p class="why">
        {plainTime(list.scope)}{' '}
        {list.mode === 'act' ? '' : 'This is a dry run: everything is recorded, and nothing is done.'}{' '}
        {mayWrite ? null : <ReadOnly />}
      </p>
      {list.trouble === null ? null : <p class="problem">{strange(list.trouble)}</p>}
      <Lines done={done.value} />
      <div class="tools">
        {list.paused ? (
          <button
            type="button"
            disabled={!mayWrite}
            onClick={() =>
              ask({
                path: 'resume',
                button: 'Resume',
                sentence: 'Actions go on: what was approved and is still in its time is carried out.',
                wantsReason: false,
              })
            }
          >
            Resume …
          </button>
        ) : (
          <button
            type="button"
            disabled={!mayWrite}
            onClick={() =>
              ask({
                path: 'pause',
                button: 'Pause',
                sentence: 'No action is begun from now on. What is in force still ends in its time.',
                wantsReason: true,
              })
            }
          >
            Pause all actions …
          </button>
        )}
      </div>
      <List
        title="Proposed"
        decisions={list.proposed}
        empty="A proposal comes with a verdict that the scope allows to act upon."
        ask={mayWrite ? ask : null}
      />
      <List
        title="In force"
        decisions={list.active}
        empty="Nothing is in force."
        ask={mayWrite ? ask : null}
      />
      <List title="Ended" decisions={list.ended} empty="Nothing has ended yet." ask={null} />
    </>
  );
}

function ReadOnly(): JSX.Element {
  return serverState.value?.isWritable === true ? (
    <>This browser only reads: open the address that the terminal has printed.</>
  ) : (
    <>
      The studio only reads: <code>wormwood studio --token</code> lets you approve, undo and pause.
    </>
  );
}

function List({
  title,
  decisions,
  empty,
  ask,
}: {
  readonly title: string;
  readonly decisions: readonly ShownDecision[];
  readonly empty: string;
  readonly ask: ((question: Question) => void) | null;
}): JSX.Element {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {decisions.length === 0 ? <p class="soft">{empty}</p> : null}
      <ul class="decisions">
        {decisions.map((shown) => (
          <Decided key={shown.decision.id} shown={shown} ask={ask} />
        ))}
      </ul>
    </section>
  );
}

function Decided({
  shown,
  ask,
}: {
  readonly shown: ShownDecision;
  readonly ask: ((question: Question) => void) | null;
}): JSX.Element {
  const { decision, secondsLeft, approving, undoing } = shown;
  const what = `${decision.action} of ${strange(decision.source)} with ${strange(decision.actuator)}`;
  const path = `decisions/${decision.id}`;
  // What was not done yet has nothing to undo.
  const no = decision.status === 'proposed' ? 'Reject' : 'Undo';
  return (
    <li class="card">
      <p>
        <b>{decision.action}</b> <SourceLink address={decision.source} /> with the actuator{' '}
        {strange(decision.actuator)}
        {decision.dryRun ? <span class="badge none">dry run</span> : null}
      </p>
      <p class="soft">
        {decision.ending === null
          ? `${decision.status === 'proposed' ? 'waits for approval' : decision.status}, ${roughly(secondsLeft)} left`
          : strange(decision.ending)}
        {decision.approvedBy === null ? '' : `; approved by ${strange(decision.approvedBy)}`}. Proposed{' '}
        {plainTime(decision.proposed)}.
      </p>
      {ask === null ? null : (
        <p class="tools">
          {approving === null ? null : (
            <button
              type="button"
              class="main"
              aria-label={`Approve ${what}`}
              onClick={() =>
                ask({ path: `${path}/approve`, button: 'Approve', sentence: approving, wantsReason: false })
              }
            >
              Approve …
            </button>
          )}
          {undoing === null ? null : (
            <button
              type="button"
              aria-label={`${no} ${what}`}
              onClick={() => ask({ path: `${path}/undo`, button: no, sentence: undoing, wantsReason: true })}
            >
              {no} …
            </button>
          )}
        </p>
      )}
    </li>
  );
}

/** What was written into the audit log, left on the screen. */
function Lines({ done }: { readonly done: Recording | null }): JSX.Element {
  return (
    <div class="done" role="status">
      {done === null ? null : (
        <>
          <p>
            <b>New in the audit log:</b> <a href={addressOf({ path: '/audit' })}>open the log</a>
          </p>
          <ul class="plain">
            {done.lines.map(({ ts, message }, index) => (
              <li key={index}>
                <time>{ts.slice(11, 19)}</time> {strange(message)}
              </li>
            ))}
          </ul>
          {done.note === null ? null : <p>{done.note}</p>}
        </>
      )}
    </div>
  );
}

function Ask({
  question,
  close,
  done,
}: {
  readonly question: Question;
  readonly close: () => void;
  readonly done: Signal<Recording | null>;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const reason = useSignal('');
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const go = async (): Promise<void> => {
    isBusy.value = true;
    try {
      done.value = await change(question.path, question.wantsReason ? { reason: reason.value } : {});
      close();
    } catch (error) {
      problem.value = error instanceof AnswerFailure ? error.message : String(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="ask-title">
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <h2 id="ask-title">{question.button}?</h2>
        <p>{strange(question.sentence)}</p>
        {question.wantsReason ? (
          <label>
            <span>Reason, for the audit log</span>
            <input
              type="text"
              required
              maxLength={200}
              value={reason.value}
              onInput={(event) => (reason.value = event.currentTarget.value)}
            />
          </label>
        ) : null}
        {problem.value === null ? null : (
          <p class="problem" role="alert">
            {strange(problem.value)}
          </p>
        )}
        <div class="tools">
          <button type="submit" class="main" disabled={isBusy.value}>
            {question.button}
          </button>
          <button type="button" onClick={close}>
            Leave it
          </button>
        </div>
      </form>
    </dialog>
  );
}
