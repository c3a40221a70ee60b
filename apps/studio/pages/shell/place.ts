/** Where in the studio a reader is, as the address of the window has it; back and forward work. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Place, placeOf } from './address.ts';

const fragment = signal(location.hash);

addEventListener('hashchange', () => {
  fragment.value = location.hash;
});

/** The place that the address names. */
export const place: ReadonlySignal<Place> = computed(() => placeOf(fragment.value));
