/** The film and its controls. */
import { type Signal, useComputed, useSignal } from '@preact/signals';
import { formatCount, formatDuration, formatIpv4, parseIpv4 } from '@wormwood/base';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { pixelOf, rgbOf } from '../../shell/pixel.ts';
import { palette } from '../../shell/theme.ts';
import type { PlacedRun } from '../engine/task.ts';
import type { Setup } from '../scenario/setup.ts';
import { Course } from './course.tsx';
import { CELL, factsOf, Film, type Tree, type View } from './film.ts';
import { HostPanel } from './host-panel.tsx';
import { Generations } from './generations.tsx';

/** What is shown. */
export interface Showing {
  readonly setup: Setup;
  readonly run: PlacedRun;
  readonly tree: Tree;
  readonly untilSeconds: number;
}

/** Seconds that the whole takes at the usual speed. */
const LENGTH_SECONDS = 30;
const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
const PLACES = 1000;

export function Player({
  showing,
  children,
}: {
  readonly showing: Showing;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { setup, run, tree, untilSeconds } = showing;
  const { outbreak } = setup;
  const whole: View = { first: outbreak.firstAddress, size: outbreak.addressSpaceSize };
  const view = useSignal<View>(whole);
  const seconds = useSignal(0);
  const isPlaying = useSignal(!matchMedia('(prefers-reduced-motion: reduce)').matches);
  const speed = useSignal(1);
  const chosen = useSignal<number | null>(null);
  const isWhole = view.value.size === whole.size;
  const film = useMemo(
    () => new Film(run, tree, view.value, { isWhole, startSeconds: startOf(setup) }),
    [run, view.value],
  );
  const playing = { seconds, isPlaying, speed, untilSeconds };
  usePlaying(playing);
  film.seek(seconds.value);
  const { infected, immunized, everInfected } = film.counts;
  const facts = useComputed(() => (chosen.value === null ? null : factsOf(run, tree, chosen.value)));
  return (
    <>
      <header class="page-head">
        <h1>
          After {formatDuration(Math.round(seconds.value))}, {formatCount(infected)} hosts are infected,{' '}
          {formatCount(everInfected)} were at some time, {formatCount(immunized)} are immunized
        </h1>
        <div class="page-tools">{children}</div>
      </header>
      <div class="stage">
        <div class="map-side">
          <FilmMap film={film} seconds={seconds} onChoose={(at) => (chosen.value = film.nearestHost(at))} />
          <Course
            trajectory={run.run.trajectory}
            untilSeconds={untilSeconds}
            seconds={seconds.value}
            onSeek={(to) => seek(playing, to)}
          />
          <Transport {...playing} />
        </div>
        <div class="facts-side">
          <Key />
          <Where view={view} whole={whole} address={facts.value?.address ?? null} />
          <AddressSearch
            onSearch={(address) => {
              view.value = whole;
              chosen.value = nearestOf(showing, whole, address);
            }}
          />
          <HostPanel
            facts={facts.value}
            addressOf={(host) => run.run.infections?.address[host] ?? 0}
            onChoose={(host) => (chosen.value = host)}
          />
          <Generations counts={film.generations} everInfected={everInfected} />
        </div>
      </div>
    </>
  );
}

/** The host nearest to an address, wherever the map is zoomed to. */
function nearestOf({ run, tree }: Showing, whole: View, address: number): number | null {
  return new Film(run, tree, whole, { isWhole: true, startSeconds: 0 }).nearestHost(address);
}

/** When the first honeypots answer; none do before a time that is known. */
function startOf({ outbreak }: Setup): number {
  return Math.min(
    Infinity,
    ...outbreak.honeypots.map(({ start }) => (start.kind === 'time' ? start.timeSeconds : 0)),
  );
}

interface Playing {
  readonly seconds: Signal<number>;
  readonly isPlaying: Signal<boolean>;
  readonly speed: Signal<number>;
  readonly untilSeconds: number;
}

/** Shows a time, and stays there. */
function seek({ isPlaying, seconds }: Playing, to: number): void {
  isPlaying.value = false;
  seconds.value = to;
}

function usePlaying({ seconds, isPlaying, speed, untilSeconds }: Playing): void {
  useEffect(() => {
    let frame = 0;
    let before = 0;
    const step = (now: number): void => {
      if (isPlaying.peek()) {
        // A page that was hidden goes on where it was.
        const passed = Math.min(0.1, (now - before) / 1000);
        const next = seconds.peek() + (passed * speed.peek() * untilSeconds) / LENGTH_SECONDS;
        seconds.value = Math.min(untilSeconds, next);
        if (next >= untilSeconds) isPlaying.value = false;
      }
      before = now;
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [untilSeconds]);
}

interface FilmMapProps {
  readonly film: Film;
  readonly seconds: Signal<number>;
  readonly onChoose: (address: number) => void;
}

function FilmMap({ film, seconds, onChoose }: FilmMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { side } = film;
  const colors = palette.value;
  const image = useMemo(() => new ImageData(side, side), [side]);
  const shades = useMemo(() => {
    const of = [
      colors.background,
      colors.honeypots,
      colors.role.susceptible,
      colors.role.immunized,
      colors.role.infected,
    ];
    // Hosts that are not infected now recede, so that those that are stand out of hundreds of thousands.
    const opacity = [0, 0.4, 0.24, 0.62, 1];
    return Uint32Array.from(of, (color, state) => pixelOf(rgbOf(color), opacity[state] ?? 1));
  }, [colors]);
  useEffect(() => {
    const pixels = new Uint32Array(image.data.buffer);
    const { state } = film;
    for (let cell = 0; cell < state.length; cell++) pixels[cell] = shades[state[cell]!]!;
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [film, seconds.value, shades]);
  return (
    <canvas
      ref={canvas}
      class="film"
      width={side}
      height={side}
      role="img"
      aria-label="The address space along a Hilbert curve: neighbouring addresses are neighbouring cells."
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        const column = Math.floor(((event.clientX - box.left) / box.width) * side);
        const row = Math.floor(((event.clientY - box.top) / box.height) * side);
        onChoose(film.addressAt(Math.min(side - 1, column), Math.min(side - 1, row)));
      }}
    />
  );
}

function Transport({ seconds, isPlaying, speed, untilSeconds }: Playing): JSX.Element {
  return (
    <div class="transport">
      <button
        type="button"
        class="main"
        onClick={() => {
          if (!isPlaying.peek() && seconds.peek() >= untilSeconds) seconds.value = 0;
          isPlaying.value = !isPlaying.peek();
        }}
      >
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Time"
        aria-valuetext={formatDuration(Math.round(seconds.value))}
        min={0}
        max={PLACES}
        value={Math.round((seconds.value / untilSeconds) * PLACES)}
        onInput={(event) => {
          isPlaying.value = false;
          seconds.value = (event.currentTarget.valueAsNumber / PLACES) * untilSeconds;
        }}
      />
      <output>{formatDuration(Math.round(seconds.value))}</output>
      <select
        aria-label="Speed"
        value={String(speed.value)}
        onChange={(event) => {
          speed.value = Number(event.currentTarget.value);
        }}
      >
        {SPEEDS.map((one) => (
          <option key={one} value={String(one)}>
            {one} ×
          </option>
        ))}
      </select>
    </div>
  );
}

function Key(): JSX.Element {
  const names = {
    susceptible: 'susceptible',
    infected: 'infected',
    immunized: 'immunized',
    honeypots: 'honeypot',
  };
  return (
    <p class="key" data-states={Object.keys(CELL).length}>
      {Object.entries(names).map(([role, name]) => (
        <span key={role}>
          <i class={role} />
          {name}
        </span>
      ))}
    </p>
  );
}

/** Networks of a 256th of what is shown: a /8 of all addresses, a /16 of a /8. */
const ZOOM = 256;
const VIEW_MIN = 2 ** 8;

interface WhereProps {
  readonly view: Signal<View>;
  readonly whole: View;
  readonly address: number | null;
}

function Where({ view, whole, address }: WhereProps): JSX.Element {
  const { first, size } = view.value;
  const inner = size / ZOOM;
  const target = address === null ? null : first + Math.floor((address - first) / inner) * inner;
  return (
    <p class="where">
      <span>
        Shown: <b>{size === whole.size ? 'all addresses' : networkText(view.value)}</b>
      </span>
      {size !== whole.size && (
        <button type="button" onClick={() => (view.value = whole)}>
          Show all addresses
        </button>
      )}
      {target !== null &&
        inner >= VIEW_MIN &&
        address !== null &&
        address >= first &&
        address < first + size && (
          <button type="button" onClick={() => (view.value = { first: target, size: inner })}>
            Zoom to {networkText({ first: target, size: inner })}
          </button>
        )}
    </p>
  );
}

const IPV4 = 2 ** 32;

function networkText({ first, size }: View): string {
  const length = 32 - Math.log2(size);
  return first < IPV4 && Number.isInteger(length) ? `${formatIpv4(first)}/${length}` : formatCount(size);
}

function AddressSearch({ onSearch }: { readonly onSearch: (address: number) => void }): JSX.Element {
  const problem = useSignal<string | null>(null);
  return (
    <form
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget).get('address');
        const text = typeof given === 'string' ? given : '';
        const address = parseIpv4(text.trim());
        problem.value = address.ok ? null : address.reason;
        if (address.ok) onSearch(address.value);
      }}
    >
      <input name="address" type="text" aria-label="Address" placeholder="192.0.2.1" autoComplete="off" />
      <button type="submit">Nearest host</button>
      {problem.value !== null && <p role="alert">{problem.value}</p>}
    </form>
  );
}
