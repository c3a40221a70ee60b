/** The whole table: generates, runs the detector by all doors, judges. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classes } from './classes.ts';
import { detectCapture, detectEvents, detectWatch } from './doors.ts';
import { generate, type Generated } from './generate.ts';
import { type Row, rowsOf } from './rows.ts';
import type { PrefixLength } from './telescope.ts';
import type { TrafficClass } from './traffic-class.ts';

export interface TableOptions {
  readonly seed: string;
  readonly sourcesPerClass: number;
  readonly prefixLengths: readonly PrefixLength[];
  /** @default all */
  readonly only?: readonly TrafficClass[];
  /** Where captures, events and labels stay. @default they are deleted */
  readonly keep?: string;
  readonly onProgress?: (sentence: string) => void;
  /** Is handed what was generated for a prefix, while its files exist. */
  readonly onGenerated?: (generated: Generated) => Promise<void>;
}

export async function tableRows(options: TableOptions): Promise<readonly Row[]> {
  const { keep, onProgress = () => undefined, only = classes, seed, sourcesPerClass } = options;
  const directory = keep ?? mkdtempSync(join(tmpdir(), 'wormwood-table-'));
  try {
    const rows: Row[] = [];
    for (const prefixLength of options.prefixLengths) {
      const generated = generate({ seed, prefixLength, classes: only, sourcesPerClass, directory });
      onProgress(`/${prefixLength}: ${generated.frames} frames of ${generated.labels.length} sources`);
      const capture = await detectCapture(generated.capture, generated.telescope);
      const events = await detectEvents(generated.events);
      const watch = await detectWatch(generated.events, generated.telescope);
      rows.push(...rowsOf(only, generated.labels, { capture, events, watch }));
      await options.onGenerated?.(generated);
    }
    return rows;
  } finally {
    if (keep === undefined) rmSync(directory, { recursive: true });
  }
}
