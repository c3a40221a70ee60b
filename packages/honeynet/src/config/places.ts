/** Where the parts of a honeynet stand in the text that it was read from, so that a later check can point there. */
import type { Span } from '@wormwood/base';
import { formatIpv6Prefix, type Ipv6Prefix } from '@wormwood/wire';

/** Where something stands in a file. */
export interface TextPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  readonly length: number;
}

/** A part: an action as an object, since copies of templates share it; else a name made by `partOf`. */
export type Part = object | string;

/** Names of parts that are not objects of their own. */
export const partOf = {
  ethernet: (template: string): string => `ethernet ${template}`,
  personality: (template: string): string => `personality ${template}`,
  user: (template: string): string => `user ${template}`,
  spoof: (template: string): string => `spoof ${template}`,
  ipv6Binding: (prefix: Ipv6Prefix): string => `binding ${formatIpv6Prefix(prefix)}`,
  binding: (first: number, last: number): string => `binding ${first} ${last}`,
} as const;

export class Places {
  readonly #places: Map<Part, TextPlace> = new Map();
  readonly #spans: Map<Part, Span> = new Map();
  readonly #placeOfSpan: ((span: Span) => TextPlace) | null;

  /** `placeOfSpan` finds the line of offsets in the text, for parts whose offsets were noted. */
  constructor(placeOfSpan: ((span: Span) => TextPlace) | null = null) {
    this.#placeOfSpan = placeOfSpan;
  }

  note(part: Part, { file, line, column, length }: TextPlace): void {
    this.#places.set(part, { file, line, column, length });
  }

  /** Notes offsets; their line is found when it is asked for. */
  noteSpan(part: Part, span: Span): void {
    this.#spans.set(part, span);
  }

  of(part: Part): TextPlace | undefined {
    const span = this.#spans.get(part);
    if (span !== undefined && this.#placeOfSpan !== null) return this.#placeOfSpan(span);
    return this.#places.get(part);
  }
}
