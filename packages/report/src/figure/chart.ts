/**
 * A chart as data. `svg.ts` and `terminal.ts` draw it, so that the terminal, the report, the PNG file and the web show the
 * same curves with the same names and colours.
 */

export interface LineChart {
  readonly kind: 'lines';
  /** File name without ending, kebab-case, unique in a report. */
  readonly id: string;
  readonly title: string;
  /** One sentence that says what the chart shows. */
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Heading over the names of the lines, such as `honeypots`. */
  readonly legend?: string;
  readonly lines: readonly Line[];
  /** Vertical marks at moments, such as the start of the honeypots. */
  readonly moments: readonly Moment[];
}

export interface Axis {
  /** Label with the unit in brackets: `time (min)`. */
  readonly label: string;
  /** Present on an axis of time, whose ticks then fall on whole minutes, hours or days. */
  readonly unit?: TimeUnitName;
  /** Limits; if absent, taken from the data. */
  readonly min?: number;
  readonly max?: number;
}

export type TimeUnitName = 's' | 'min' | 'h' | 'd';

/** A line of a chart, in the units of its axes. */
export interface Line {
  /** Lines of one name share one entry in the legend. */
  readonly name: string;
  /**
   * Compartments keep one colour everywhere; `sequence` takes the next colour of an ordered scale; `reference` is a
   * wide dashed line under the others.
   */
  readonly role: 'susceptible' | 'infected' | 'immunized' | 'everInfected' | 'sequence' | 'reference';
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Quantile band around the line. */
  readonly band?: {
    readonly low: ArrayLike<number>;
    readonly high: ArrayLike<number>;
    readonly name: string;
  };
}

export interface Moment {
  readonly x: number;
  readonly label: string;
}
