/** Text of strangers at a bounded length: a banner of a megabyte is shown as its beginning and its length. */
import type { FoundEvent } from '../interface/answers.ts';

const TEXT_LENGTH_MAX = 2000;
const ITEMS_MAX = 100;
const DEPTH_MAX = 4;
/** Of all names and texts of one event; what comes later is left out. */
const EVENT_LENGTH_MAX = 8000;

/** Returns the events with texts, lists and depth cut to what a page can show. */
export function clippedEvents(found: readonly FoundEvent[]): readonly FoundEvent[] {
  return found.map(({ seq, event }) => {
    const clip = new Clip();
    return { seq, event: clip.clipped(event, 0) as FoundEvent['event'] };
  });
}

class Clip {
  #left = EVENT_LENGTH_MAX;

  clipped(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= DEPTH_MAX || this.#left <= 0) return '…';
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const each of value.slice(0, ITEMS_MAX)) {
        if (this.#left <= 0) break;
        // What has no text costs something as well.
        this.#left--;
        items.push(this.clipped(each, depth + 1));
      }
      return items;
    }
    // No prototype: a field of a stranger may be called `__proto__`.
    const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, each] of Object.entries(value).slice(0, ITEMS_MAX)) {
      if (this.#left <= 0) break;
      result[this.#text(name)] = this.clipped(each, depth + 1);
    }
    return result;
  }

  #text(text: string): string {
    const shown = Math.max(0, Math.min(TEXT_LENGTH_MAX, this.#left));
    this.#left -= Math.min(text.length, shown) + 1;
    return text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text;
  }
}
