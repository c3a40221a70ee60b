/** A handle on a plot: dragged by pointer, moved by the arrow keys, described in words. */
import type { ComponentChildren, JSX } from 'preact';

export interface HandleProps {
  readonly label: string;
  readonly words: string;
  /** 0 to 1. */
  readonly share: number;
  readonly class: string;
  readonly style: Readonly<Record<string, string>>;
  /** A pointer is at this place of the window; `isMove` while it is down. */
  readonly onDrag: (clientX: number, isMove: boolean) => void;
  /** Steps to the right, or to the left below 0; beyond a hundred: to the end. */
  readonly onStep: (steps: number) => void;
  readonly children?: ComponentChildren;
}

/** Whether the pointer that is down has moved: a click alone moves nothing. */
let hasMoved = false;

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -1000,
  End: 1000,
};

export function Handle(props: HandleProps): JSX.Element {
  const { label, words, share, onDrag, onStep } = props;
  return (
    <div
      class={`handle ${props.class}`}
      style={props.style}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(Math.min(1, Math.max(0, share)) * 100)}
      aria-valuetext={words}
      aria-orientation="horizontal"
      onPointerDown={(event) => {
        event.preventDefault();
        hasMoved = false;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus({ preventScroll: true });
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        hasMoved = true;
        onDrag(event.clientX, true);
      }}
      onPointerUp={(event) => {
        if (hasMoved && event.currentTarget.hasPointerCapture(event.pointerId)) onDrag(event.clientX, false);
      }}
      onKeyDown={(event) => {
        const steps = STEPS[event.key];
        if (steps === undefined) return;
        event.preventDefault();
        onStep(steps);
      }}
    >
      {props.children}
    </div>
  );
}
