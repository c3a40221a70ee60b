/**
 * The address space as squares: where hosts and honeypots lie, and which hosts are infected by some time. Each square counts
 * addresses in cells along a Hilbert curve; in the whole IPv4 space a cell is a /16.
 */
import { encodeBase64, formatCount } from '@wormwood/base';
import { hilbertCell } from './hilbert.ts';
import { indexedPng } from './indexed-png.ts';
import { paletteOf, type Theme } from './palette.ts';
import { escapeXml } from './xml.ts';

export interface AddressMap {
  readonly kind: 'map';
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** Cells on each side of a square. */
  readonly side: number;
  readonly frames: readonly AddressFrame[];
}

export interface AddressFrame {
  readonly title: string;
  readonly role: 'susceptible' | 'immunized' | 'infected';
  /** Addresses counted in each cell, along the curve. */
  readonly count: Float64Array;
  /** The count that is drawn in full colour. */
  readonly full: number;
}

/** The address space that a map shows. */
export interface MappedSpace {
  readonly firstAddress: number;
  readonly addressSpaceSize: number;
}

const SIDE_MAX = 256;

/** Returns how many cells a side of the map of a space has: no cell is smaller than an address. */
export function sideOf({ addressSpaceSize }: MappedSpace): number {
  return Math.min(SIDE_MAX, 2 ** Math.floor(Math.log2(addressSpaceSize) / 2));
}

/** Returns the number of addresses in each cell, along the curve. */
export function countInCells(
  { firstAddress, addressSpaceSize }: MappedSpace,
  addresses: ArrayLike<number>,
): Float64Array {
  const side = sideOf({ firstAddress, addressSpaceSize });
  const count = new Float64Array(side * side);
  for (let i = 0; i < addresses.length; i++) {
    const cell = Math.floor(((addresses[i]! - firstAddress) / addressSpaceSize) * count.length);
    count[cell]!++;
  }
  return count;
}

/** Shades from none to full; the first is the empty cell. */
const SHADES = 12;
const COLUMNS = 3;
const GAP = 18;
const HEADING = 24;

/** Returns the map as a standalone SVG, its squares as pictures inside. */
export function addressMapSvg(
  map: AddressMap,
  { width, theme }: { readonly width: number; readonly theme: Theme },
): string {
  const palette = paletteOf(theme);
  const columns = width < 560 ? 2 : Math.min(COLUMNS, map.frames.length);
  const size = Math.floor((width - 24 - GAP * (columns - 1)) / columns);
  const rows = Math.ceil(map.frames.length / columns);
  const top = 40;
  const height = top + rows * (size + HEADING + GAP);
  const drawn = map.frames.map((frame, index) => {
    const x = 12 + (index % columns) * (size + GAP);
    const y = top + Math.floor(index / columns) * (size + HEADING + GAP);
    const picture = encodeBase64(framePng(map.side, frame, theme));
    return (
      `<text x="${x}" y="${y + 14}" fill="${palette.muted}">${escapeXml(frame.title)}</text>` +
      `<rect x="${x}" y="${y + HEADING}" width="${size}" height="${size}" fill="${palette.grid}" ` +
      `fill-opacity="0.4" stroke="${palette.grid}"/>` +
      `<image x="${x}" y="${y + HEADING}" width="${size}" height="${size}" style="image-rendering:pixelated" ` +
      `href="data:image/png;base64,${picture}"/>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="ww-figure" viewBox="0 0 ${width} ${height}" width="${width}" `,
    `height="${height}" role="img" font-family="'DejaVu Sans', 'Segoe UI', system-ui, sans-serif" font-size="13">`,
    `<title>${escapeXml(map.title)}</title><desc>${escapeXml(map.caption)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${palette.background}"/>`,
    `<text x="12" y="25" font-size="16" font-weight="bold" fill="${palette.text}">${escapeXml(map.title)}</text>`,
    ...drawn,
    '</svg>',
  ].join('');
}

/** Returns one square of a map as a PNG file, transparent where nothing lies. */
export function framePng(side: number, { role, count, full }: AddressFrame, theme: Theme): Uint8Array {
  const shades = Array.from({ length: SHADES + 1 }, (_, shade) => shade);
  const pixels = new Uint8Array(side * side);
  count.forEach((value, cell) => {
    const { x, y } = hilbertCell(cell, side);
    pixels[y * side + x] = value === 0 ? 0 : Math.min(SHADES, Math.ceil((value / full) * SHADES));
  });
  return indexedPng({
    width: side,
    height: side,
    colors: shades.map(() => paletteOf(theme).role[role]),
    opacities: shades.map((shade) => (shade === 0 ? 0 : 0.25 + (0.75 * shade) / SHADES)),
    pixels,
  });
}

/** The addresses and times of a run. */
export interface PlacedRun {
  readonly space: MappedSpace;
  readonly hostAddress: ArrayLike<number>;
  readonly honeypotAddress: readonly ArrayLike<number>[];
  /** Hosts in the order of their infection, with the times in seconds. */
  readonly host: ArrayLike<number>;
  readonly timeSeconds: ArrayLike<number>;
}

export interface MapWords {
  readonly id: string;
  readonly title: string;
  readonly timeText: (seconds: number) => string;
}

/** Fractions of all infections at which the map is drawn. */
const MOMENTS = [0.01, 0.1, 0.5, 1] as const;

/** Returns the map of the vulnerable hosts, the honeypots, and the infected hosts at several times. */
export function addressMap(
  { space, hostAddress, honeypotAddress, host, timeSeconds }: PlacedRun,
  { id, title, timeText }: MapWords,
): AddressMap {
  const vulnerable = countInCells(space, hostAddress);
  const honeypots = new Float64Array(vulnerable.length);
  let honeypotCount = 0;
  for (const group of honeypotAddress) {
    honeypotCount += group.length;
    countInCells(space, group).forEach((value, cell) => (honeypots[cell]! += value));
  }
  // A few crowded cells would leave the others pale: the full colour stands for the 99th percentile.
  const full = percentile(vulnerable, 0.99);
  const moments = MOMENTS.map((share): AddressFrame => {
    const infected = Math.max(1, Math.round(share * host.length));
    const addresses = Array.from({ length: infected }, (_, row) => hostAddress[host[row]!]!);
    return {
      title: `${timeText(timeSeconds[infected - 1]!)}: ${formatCount(infected)} infected so far`,
      role: 'infected',
      count: countInCells(space, addresses),
      full,
    };
  });
  const side = sideOf(space);
  const cell = formatCount(Math.round(space.addressSpaceSize / side ** 2));
  return {
    kind: 'map',
    id,
    title,
    caption:
      `The address space along a Hilbert curve, ${side} by ${side} cells of ${cell} addresses: neighbouring addresses ` +
      'are neighbouring cells. The stronger the colour, the more hosts in a cell.',
    side,
    frames: [
      {
        title: `${formatCount(hostAddress.length)} vulnerable hosts`,
        role: 'susceptible',
        count: vulnerable,
        full,
      },
      ...(honeypotCount === 0
        ? []
        : [
            {
              title: `${formatCount(honeypotCount)} ${honeypotCount === 1 ? 'honeypot' : 'honeypots'}`,
              role: 'immunized' as const,
              count: honeypots,
              full: percentile(honeypots, 0.99),
            },
          ]),
      ...moments,
    ],
  };
}

/** Returns a percentile of the counts above 0. */
function percentile(count: Float64Array, share: number): number {
  const occupied = count.filter((value) => value > 0).toSorted();
  return occupied[Math.floor(share * (occupied.length - 1))] ?? 1;
}
