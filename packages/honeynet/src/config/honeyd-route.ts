/** The `route` statements of `honeyd.conf`: the virtual network (docs/honeynet.md#who-answers-over-which-route). */
import { formatIpv4 } from '@wormwood/base';
import type { LinkQuality } from '../model.ts';
import type { HoneynetBuilder } from './honeynet-builder.ts';
import type { TokenReader } from './token-reader.ts';

/** What Honeyd takes for a hop whose latency is not stated. */
const LATENCY_SECONDS_DEFAULT = 0.003;
const MILLISECONDS_MAX = 3_600_000;
const BANDWIDTH_UNITS: Readonly<Record<string, number>> = { Kbps: 1e3, Mbps: 1e6 };

export function readRoute(reader: TokenReader, builder: HoneynetBuilder): void {
  if (reader.accept('entry')) return readEntry(reader, builder);
  const router = reader.expectAddress('A router');
  const what = reader.expectWord(['link', 'unreach', 'add'], 'link, unreach or add net');
  if (what === 'link') builder.router(router).links.push(reader.expectNetwork('A link'));
  else if (what === 'unreach')
    builder.router(router).unreachable.push(reader.expectNetwork('An unreachable network'));
  else readAddNet(reader, builder, router);
}

/** Each is held against all others. */
const ENTRIES_MAX = 1000;

function readEntry(reader: TokenReader, builder: HoneynetBuilder): void {
  const at = reader.peek();
  const router = reader.expectAddress('An entry router');
  const network = reader.accept('network')
    ? reader.expectNetwork('The network of an entry')
    : { address: 0, prefixLength: 0 };
  if (builder.entries.length >= ENTRIES_MAX)
    reader.fault(at, 'too-many', `More than ${ENTRIES_MAX} entries.`, 'A network has one or a few.');
  const clash = builder.overlappingEntry(network);
  if (clash !== undefined) {
    const where = `${formatIpv4(clash.network.address)}/${clash.network.prefixLength}`;
    reader.note(
      'error',
      at,
      'entry-overlap',
      `This entry overlaps the one of ${where}.`,
      'Give each entry a network of its own.',
    );
    return;
  }
  builder.router(router);
  builder.entries.push({ router, network });
}

function readAddNet(reader: TokenReader, builder: HoneynetBuilder, router: number): void {
  reader.expectWord(['net'], 'net');
  const network = reader.expectNetwork('The network of a route');
  if (reader.accept('tunnel')) {
    const source = reader.expectAddress('The source of a tunnel');
    builder.addTunnel(router, {
      network,
      source,
      destination: reader.expectAddress('The destination of a tunnel'),
    });
    return;
  }
  const nextHop = reader.expectAddress('The next hop of a route');
  builder.addRoute(router, { network, nextHop, link: readLinkQuality(reader) });
}

function readLinkQuality(reader: TokenReader): LinkQuality {
  const quality: { -readonly [Key in keyof LinkQuality]: LinkQuality[Key] } = {
    latencySeconds: LATENCY_SECONDS_DEFAULT,
    loss: 0,
    bandwidth: null,
    drop: null,
  };
  if (reader.accept('latency')) quality.latencySeconds = readMilliseconds(reader, 'A latency');
  if (reader.accept('loss'))
    quality.loss = reader.expectNumber('A loss', { min: 0, max: 100, whole: false }) / 100;
  if (reader.accept('bandwidth')) {
    const value = reader.expectNumber('A bandwidth', { min: 1, max: 1e12, whole: true });
    const unit = reader.peek();
    const factor = unit.kind === 'word' ? BANDWIDTH_UNITS[unit.text] : undefined;
    if (factor !== undefined) reader.take();
    quality.bandwidth = value * (factor ?? 1);
  }
  if (reader.accept('drop')) {
    reader.expectWord(['between'], 'between');
    const at = reader.peek();
    const fromSeconds = readMilliseconds(reader, 'The least queue');
    reader.expectWord(['-'], 'a dash');
    const toSeconds = readMilliseconds(reader, 'The longest queue');
    if (toSeconds <= fromSeconds) {
      reader.note(
        'error',
        at,
        'empty-span',
        'The longest queue must exceed the least.',
        'Write drop between 20ms - 50ms.',
      );
    }
    quality.drop = { fromSeconds, toSeconds };
  }
  return quality;
}

function readMilliseconds(reader: TokenReader, what: string): number {
  const value = reader.expectNumber(what, { min: 0, max: MILLISECONDS_MAX, whole: false });
  reader.expectWord(['ms'], 'ms');
  return value / 1000;
}
