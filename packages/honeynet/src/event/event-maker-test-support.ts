/** Where events go in tests. */
import type { LineSink } from '../log/line-sink.ts';
import type { SensorEvent } from './event.ts';

/** Puts each line into `lines` as it is, with its end. */
export function lineSink(lines: { push(line: string): unknown }): LineSink {
  let octets = new Uint8Array(0);
  return {
    get octets() {
      return octets;
    },
    write: (line) => void lines.push(line),
    // What a line before left behind must not show.
    reserve(lengthMax) {
      octets = new Uint8Array(lengthMax).fill(0xff);
      return 0;
    },
    commit: (end) => void lines.push(new TextDecoder().decode(octets.subarray(0, end))),
  };
}

/** Puts each event into `events` as it is read. */
export function eventSink(events: SensorEvent[]): LineSink {
  return lineSink({ push: (line) => events.push(JSON.parse(line) as SensorEvent) });
}
