/** Where in the studio a reader is, as the address of the window has it; back and forward work. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { addressOf, type Place, placeOf } from './address.ts';

const fragment = signal(location.hash);

addEventListener('hashchange', () => {
  fragment.value = location.hash;
});

/** The place that the address names. */
export const place: ReadonlySignal<Place> = computed(() => placeOf(fragment.value));

/**
 * Changes the query of the place that is shown: of the entry in the history that is there, or with `isStep` in a new one that
 * back returns from.
 */
export function changeQuery(query: string, { isStep }: { readonly isStep: boolean }): void {
  const address = addressOf({ path: place.peek().path, query });
  if (address === location.hash || (address === '#/' && location.hash === '')) return;
  if (isStep) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  fragment.value = location.hash;
}
