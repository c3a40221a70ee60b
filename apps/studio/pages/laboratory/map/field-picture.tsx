/** A field of the reports on a canvas: bands of colour between the levels, the curve and the point over them. */
import { useSignal } from '@preact/signals';
import { formatCount } from '@wormwood/base';
import { axisTicks, FIELD_BANDS, type FieldChart, tickText } from '@wormwood/report';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { theme } from '../../shell/theme.ts';

export interface Cell {
  readonly column: number;
  readonly row: number;
}

export interface FieldPictureProps {
  readonly field: FieldChart;
  readonly chosen: Cell;
  readonly onPoint: (cell: Cell) => void;
  readonly onOpen: () => void;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function FieldPicture({ field, chosen, onPoint, onOpen }: FieldPictureProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    width.value = element.clientWidth;
    return () => observer.disconnect();
  }, []);
  const height = Math.round(Math.min(560, Math.max(320, width.value * 0.5)));
  const frame: Frame = { left: 82, right: width.value - 8, top: 26, bottom: height - 46 };
  useLayoutEffect(() => {
    if (canvas.current !== null && width.value > 0) paint(canvas.current, field);
  }, [field, width.value, theme.value]);
  const cellAt = (event: PointerEvent): Cell => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const shareX = (event.clientX - left) / (frame.right - frame.left);
    const shareY = 1 - (event.clientY - top) / (frame.bottom - frame.top);
    const within = (share: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.round(share * (count - 1))));
    return { column: within(shareX, field.x.values.length), row: within(shareY, field.y.values.length) };
  };
  return (
    <div class="field" ref={box} style={{ height: `${height}px` }}>
      <div
        class="plot"
        style={{
          left: `${frame.left}px`,
          top: `${frame.top}px`,
          width: `${frame.right - frame.left}px`,
          height: `${frame.bottom - frame.top}px`,
        }}
        onPointerMove={(event) => onPoint(cellAt(event))}
        onClick={(event) => {
          onPoint(cellAt(event as unknown as PointerEvent));
          onOpen();
        }}
      >
        <canvas ref={canvas} width={RESOLUTION.width} height={RESOLUTION.height} aria-hidden="true" />
      </div>
      {width.value > 0 && (
        <Overlay field={field} frame={frame} size={{ width: width.value, height }} chosen={chosen} />
      )}
      <Legend field={field} />
    </div>
  );
}

const RESOLUTION = { width: 690, height: 396 };

/** Paints the bands: each pixel takes its value between the four places around it. */
function paint(canvas: HTMLCanvasElement, { x, y, value, levels }: FieldChart): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { width, height } = RESOLUTION;
  const image = context.createImageData(width, height);
  const colors = new Uint32Array(image.data.buffer);
  const bands = FIELD_BANDS.map(pixelOf);
  const columns = x.values.length;
  const rows = y.values.length;
  for (let py = 0; py < height; py++) {
    const v = (1 - py / (height - 1)) * (rows - 1);
    const row = Math.min(rows - 2, Math.floor(v));
    for (let px = 0; px < width; px++) {
      const u = (px / (width - 1)) * (columns - 1);
      const column = Math.min(columns - 2, Math.floor(u));
      const at = row * columns + column;
      const low = value[at]! + (u - column) * (value[at + 1]! - value[at]!);
      const high = value[at + columns]! + (u - column) * (value[at + columns + 1]! - value[at + columns]!);
      const mixed = low + (v - row) * (high - low);
      let band = 0;
      while (band < levels.length && mixed >= levels[band]!) band++;
      colors[py * width + px] = bands[band] ?? 0;
    }
  }
  context.putImageData(image, 0, 0);
}

/** Returns a colour `#rrggbb` as an opaque pixel. */
function pixelOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

interface OverlayProps {
  readonly field: FieldChart;
  readonly frame: Frame;
  readonly size: { readonly width: number; readonly height: number };
  readonly chosen: Cell;
}

function Overlay({ field, frame, size, chosen }: OverlayProps): JSX.Element {
  const { left, right, top, bottom } = frame;
  const last = field.x.values.at(-1) ?? 1;
  const octaves = [Math.log2(field.y.values[0] ?? 1), Math.log2(field.y.values.at(-1) ?? 2)] as const;
  const xAt = (value: number): number => left + (value / last) * (right - left);
  const yAt = (value: number): number =>
    bottom - ((Math.log2(value) - octaves[0]) / (octaves[1] - octaves[0])) * (bottom - top);
  const ticks = axisTicks(field.x, { min: 0, max: last, most: size.width < 500 ? 4 : 9 });
  const powers = Array.from({ length: 40 }, (_, power) => power).filter(
    (power) => power >= octaves[0] - 1e-9 && power <= octaves[1] + 1e-9,
  );
  const isSparse = size.height < 380;
  return (
    <svg width={size.width} height={size.height} role="img" aria-label={`${field.title}. ${field.caption}`}>
      <text x={0} y={14}>
        honeypots
      </text>
      {powers
        .filter((_, index) => index % (isSparse ? 2 : 1) === 0)
        .map((power) => (
          <text key={power} x={left - 8} y={yAt(2 ** power) + 4} text-anchor="end">
            {formatCount(2 ** power)}
          </text>
        ))}
      {ticks.map((tick) => (
        <text key={tick} x={xAt(tick)} y={bottom + 18} text-anchor="middle">
          {tickText(tick)}
        </text>
      ))}
      <text x={(left + right) / 2} y={bottom + 38} text-anchor="middle">
        {field.x.label}
      </text>
      {field.curves.map(({ name, x, y }) => {
        const points = x
          .map((value, index) => [xAt(value), yAt(y[index]!)] as const)
          .filter(([, height]) => height >= top && height <= bottom);
        const [endX, endY] = points[Math.floor(points.length * 0.55)] ?? [0, 0];
        return (
          <g key={name}>
            <path class="halo" d={`M${points.join('L')}`} />
            <path class="threshold" d={`M${points.join('L')}`} />
            <text class="named" x={endX + 10} y={endY - 10}>
              {name}
            </text>
          </g>
        );
      })}
      {field.points.map(({ name, x, y }) => (
        <g key={name}>
          <circle class="point" cx={xAt(x)} cy={yAt(y)} r={6} />
          <text
            class="named"
            x={xAt(x) + (xAt(x) > right - 150 ? -12 : 12)}
            y={yAt(y) + 5}
            text-anchor={xAt(x) > right - 150 ? 'end' : 'start'}
          >
            {name}
          </text>
        </g>
      ))}
      <rect
        class="chosen"
        x={xAt(field.x.values[chosen.column] ?? 0) - 6}
        y={yAt(field.y.values[chosen.row] ?? 1) - 6}
        width={12}
        height={12}
      />
    </svg>
  );
}

function Legend({ field: { levels, levelLabel } }: { readonly field: FieldChart }): JSX.Element {
  const text = (fraction: number): string => `${Number((fraction * 100).toPrecision(3))}%`;
  return (
    <p class="scale">
      <span>{levelLabel}:</span>
      {FIELD_BANDS.slice(0, levels.length + 1).map((color, band) => (
        <span key={color}>
          <i style={{ background: color }} />
          {band === 0
            ? `below ${text(levels[0]!)}`
            : band === levels.length
              ? `above ${text(levels[band - 1]!)}`
              : `to ${text(levels[band]!)}`}
        </span>
      ))}
    </p>
  );
}
