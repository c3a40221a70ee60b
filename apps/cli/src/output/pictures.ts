/** The pictures of an outbreak besides its curves: the design map, and where hosts and honeypots lie. */
import { formatDuration, randomStreams } from '@wormwood/base';
import { type InfectionLog, type Outbreak, placePopulation, PLACEMENT_STREAM } from '@wormwood/epidemic';
import { addressMap, designMap, type Picture } from '@wormwood/report';

export interface PictureSource {
  readonly name: string;
  readonly seed: string;
  /** Infections of the first run, where they were kept. */
  readonly infections: InfectionLog | undefined;
}

/** Returns the pictures that can be drawn of an outbreak. */
export function picturesOf(
  outbreak: Outbreak,
  { name, seed, infections }: PictureSource,
): readonly Picture[] {
  const design = designMap(outbreak);
  return [
    ...(design === null ? [] : [design]),
    ...(infections === undefined ? [] : [mapOf(outbreak, { name, seed, infections })]),
  ];
}

function mapOf(
  outbreak: Outbreak,
  { name, seed, infections }: PictureSource & { readonly infections: InfectionLog },
): Picture {
  // The engine drew the addresses from this stream.
  const placed = placePopulation(outbreak, randomStreams(seed).stream(PLACEMENT_STREAM, 0));
  return addressMap(
    {
      space: outbreak,
      hostAddress: infections.address,
      honeypotAddress: placed.honeypotAddress,
      host: infections.host,
      timeSeconds: infections.timeSeconds,
    },
    { id: 'address-map', title: `${name}: where`, timeText: formatDuration },
  );
}
