/** What a reader does to a setup: each returns the changes of the scenario that it comes to. */
import { defensesOf, honeypotsIndex, type Parameter } from '../controls/parameters.ts';
import { fileText } from '../controls/scale.ts';
import { type Change, written } from '../scenario/difference.ts';
import type { Setup } from '../scenario/setup.ts';

/** Honeypots where a scenario has none: there from the start, a second from contact to immunization. */
const ADDED_HONEYPOTS = { kind: 'honeypots', count: 1, start: '0s', delay: '1s' } as const;

/** Returns the change that gives a number another value. */
export function changeOf({ path, scale }: Parameter, value: number): Change {
  return { path, value: fileText(scale.quantity, value) };
}

/** Returns the change to so many honeypots; a scenario without any gets a group of them. */
export function honeypotChange({ document }: Setup, count: number): Change {
  const index = honeypotsIndex(document);
  if (index >= 0) return { path: `defenses.${index}.count`, value: String(count) };
  const defenses = [...defensesOf(document), { ...ADDED_HONEYPOTS, count }];
  return { path: 'defenses', value: written(defenses) };
}

/** Returns the change that adds a defense, written as in the file. */
export function defenseAdded({ document }: Setup, text: string): Change {
  const items = [...defensesOf(document).map(written), text];
  return { path: 'defenses', value: `[${items.join(', ')}]` };
}

/** Returns the change that takes a defense away. */
export function defenseRemoved({ document }: Setup, index: number): Change {
  return { path: 'defenses', value: written(defensesOf(document).filter((_, at) => at !== index)) };
}
