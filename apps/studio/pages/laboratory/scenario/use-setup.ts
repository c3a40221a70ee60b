/** The setup that the address of a page asks for. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { readQuery, type SetupRead } from './setup.ts';

/** Returns the setup of a query once it is read, and again for each other query; `extraKeys`: pairs of the page's own. */
export function useSetup(query: string, extraKeys: readonly string[]): Signal<SetupRead | null> {
  const read = useSignal<SetupRead | null>(null);
  useEffect(() => {
    let isWanted = true;
    void readQuery(query, extraKeys).then((result) => {
      if (isWanted) read.value = result;
      return undefined;
    });
    return () => {
      isWanted = false;
    };
  }, [query]);
  return read;
}
