/** Where the honeynet was touched: networks of 256 addresses on a Hilbert curve, so that neighbors stay neighbors. */
import { useEffect, useRef } from 'preact/hooks';
import { formatCount } from '@wormwood/base';
import { paletteOf } from '@wormwood/report';
import type { JSX } from 'preact';
import { theme } from '../shell/theme.ts';
import type { Overview } from './api.ts';
import { counted } from './words.ts';

const SIDE_MAX = 512;
const NETWORK_BITS = 24;
const SHOWN = 5;

/** A block of 4^order networks that holds all of them. */
interface Block {
  readonly first: number;
  readonly order: number;
}

export function DarkMap({ networks }: { readonly networks: Overview['networks'] }): JSX.Element | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const block = blockOf(networks.map(({ network }) => network));
  const { honeypots } = paletteOf(theme.value);
  const { infected } = paletteOf(theme.value).role;
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, networks, block, [honeypots, infected]);
  }, [networks, infected, honeypots]);
  if (networks.length === 0) return null;
  const name = (network: number): string =>
    `${(network >>> 16) & 255}.${(network >>> 8) & 255}.${network & 255}.0/24`;
  const whole = name(block.first).replace('/24', `/${NETWORK_BITS - 2 * block.order}`);
  return (
    <section class="card dark" aria-labelledby="dark-title">
      <h2 id="dark-title">Where it was touched</h2>
      <div class="map">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`Hilbert map of ${whole}: ${counted(networks.length, 'network')} of 256 addresses were contacted`}
        />
        <div>
          <p>
            {counted(networks.length, 'network')} of 256 addresses in {whole}. A square is one network,
            neighbors are close; the darker, the more contacts.
          </p>
          <ul class="plain">
            {networks.slice(0, SHOWN).map(({ network, contacts }) => (
              <li key={network}>
                {name(network)}: {formatCount(contacts)}
              </li>
            ))}
          </ul>
        </div>
      </div>
    </section>
  );
}

function blockOf(networks: readonly number[]): Block {
  const low = Math.min(...networks);
  const high = Math.max(...networks);
  let order = 1;
  while (order < NETWORK_BITS / 2 && Math.floor(low / 4 ** order) !== Math.floor(high / 4 ** order)) order++;
  return { first: Math.floor(low / 4 ** order) * 4 ** order, order };
}

function paint(
  canvas: HTMLCanvasElement,
  networks: Overview['networks'],
  { first, order }: Block,
  [few, many]: readonly [string, string],
): void {
  const cells = 2 ** order;
  const size = Math.max(1, Math.floor(SIDE_MAX / cells));
  canvas.width = Math.min(SIDE_MAX, cells * size);
  canvas.height = canvas.width;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const most = Math.log1p(Math.max(1, ...networks.map(({ contacts }) => contacts)));
  const scale = canvas.width / cells;
  for (const { network, contacts } of networks) {
    const [x, y] = hilbert(order, network - first);
    const share = Math.log1p(contacts) / most;
    const gap = scale > 8 ? 1 : 0;
    const side = Math.max(1, scale - gap);
    // From the colour of honeypots to that of infected hosts.
    context.globalAlpha = 0.25 + 0.75 * share;
    context.fillStyle = few;
    context.fillRect(x * scale, y * scale, side, side);
    context.globalAlpha = Math.max(0, 2 * share - 1);
    context.fillStyle = many;
    context.fillRect(x * scale, y * scale, side, side);
  }
}

/** The cell at a distance along the curve (Warren, Hacker's Delight, 2nd edition, 16-1). */
function hilbert(order: number, distance: number): readonly [number, number] {
  let [x, y, rest] = [0, 0, distance];
  for (let side = 1; side < 2 ** order; side *= 2) {
    const right = Math.floor(rest / 2) % 2;
    const up = (rest % 2) ^ right;
    if (up === 0) {
      if (right === 1) [x, y] = [side - 1 - x, side - 1 - y];
      [x, y] = [y, x];
    }
    x += side * right;
    y += side * up;
    rest = Math.floor(rest / 4);
  }
  return [x, y];
}
