/** What feeds the pages: each is there, or is null with a sentence that says how to have it. */
import type { StoreClient } from '../events/store-client.ts';
import type { Responses } from '../responses/responses.ts';
import type { SensorLink } from '../sensor/sensor-link.ts';
import { Refusal } from '../sentence.ts';
import type { SessionCaptures } from '../sessions/session-captures.ts';

/** The feeds of a studio. */
export interface Feeds {
  readonly store: StoreClient | null;
  readonly sensor: SensorLink | null;
  readonly responses: Responses | null;
  readonly captures: SessionCaptures | null;
}

export function storeOf({ store }: Feeds): StoreClient {
  return there(
    store,
    'No events feed the studio: start it with --events FILE, --control SOCKET of a running sensor, or --demo.',
  );
}

export function sensorOf({ sensor }: Feeds): SensorLink {
  return there(
    sensor,
    'No sensor is connected: start the studio with --control SOCKET of a running sensor, or with --demo.',
  );
}

export function responsesOf({ responses }: Feeds): Responses {
  return there(
    responses,
    'No responses are connected: start the studio with --state DIR of `wormwood respond`, or with --demo.',
  );
}

function there<T>(feed: T | null, sentence: string): T {
  if (feed === null) throw new Refusal(404, sentence);
  return feed;
}
