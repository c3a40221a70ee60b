/** Where the honeynet was touched: networks of 256 addresses on a Hilbert curve, so that neighbors stay neighbors. */
import { useEffect, useRef } from 'preact/hooks';
import { formatCount } from '@wormwood/base';
import { hilbertCell, paletteOf } from '@wormwood/report';
import type { JSX } from 'preact';
import type { Overview } from '../../server/interface/answers.ts';
import { mixed, pixelOf, rgbOf } from '../shell/pixel.ts';
import { theme } from '../shell/theme.ts';
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
      <div class="dark-map">
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
  let [low, high] = [Infinity, -Infinity];
  for (const network of networks) {
    low = Math.min(low, network);
    high = Math.max(high, network);
  }
  let order = 1;
  while (order < NETWORK_BITS / 2 && Math.floor(low / 4 ** order) !== Math.floor(high / 4 ** order)) order++;
  return { first: Math.floor(low / 4 ** order) * 4 ** order, order };
}

/** Paints pixels, not shapes: the work is bounded by the size of the picture, however many networks were contacted. */
function paint(
  canvas: HTMLCanvasElement,
  networks: Overview['networks'],
  { first, order }: Block,
  [few, many]: readonly [string, string],
): void {
  const cells = Math.min(SIDE_MAX, 2 ** order);
  const size = SIDE_MAX / cells;
  const context = canvas.getContext('2d');
  if (context === null) return;
  canvas.width = SIDE_MAX;
  canvas.height = SIDE_MAX;
  const contactsOf = new Float64Array(cells * cells);
  const perCell = 4 ** order / (cells * cells);
  for (const { network, contacts } of networks) {
    const { x, y } = hilbertCell(Math.floor((network - first) / perCell), cells);
    contactsOf[y * cells + x]! += contacts;
  }
  const most = Math.log1p(contactsOf.reduce((a, b) => Math.max(a, b), 1));
  const image = context.createImageData(SIDE_MAX, SIDE_MAX);
  const pixels = new Uint32Array(image.data.buffer);
  const [pale, strong] = [rgbOf(few), rgbOf(many)];
  const side = size > 8 ? size - 2 : size;
  for (let cell = 0; cell < contactsOf.length; cell++) {
    if (contactsOf[cell] === 0) continue;
    const share = Math.log1p(contactsOf[cell]!) / most;
    // From the colour of honeypots to that of infected hosts.
    const pixel = pixelOf(mixed(pale, strong, Math.max(0, 2 * share - 1)), 0.25 + 0.75 * share);
    const start = Math.floor(cell / cells) * size * SIDE_MAX + (cell % cells) * size;
    for (let row = 0; row < side; row++)
      pixels.fill(pixel, start + row * SIDE_MAX, start + row * SIDE_MAX + side);
  }
  context.putImageData(image, 0, 0);
}
