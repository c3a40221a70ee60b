/** What can be taken away: the link, the scenario, the command; the picture and its numbers. */
import { useSignal } from '@preact/signals';
import { scenarioText } from '@wormwood/files/scenario';
import type { JSX } from 'preact';
import { addressOf } from '../../shell/address.ts';
import { copyText } from '../../shell/clipboard.ts';
import { place } from '../../shell/place.ts';
import { commandOf, queryOf, type Setup } from '../scenario/setup.ts';
import { chart, isLog } from './desk.ts';

export function Actions({ setup }: { readonly setup: Setup }): JSX.Element {
  const said = useSignal<{ readonly text: string; readonly shown: string | null } | null>(null);
  const copy = async (what: string, text: string): Promise<void> => {
    const isCopied = await copyText(text);
    said.value = isCopied
      ? { text: `${what} copied.`, shown: null }
      : { text: `The browser does not let the page copy; here is the ${what.toLowerCase()}.`, shown: text };
  };
  const save = async (kind: 'svg' | 'png' | 'csv'): Promise<void> => {
    const picture = chart.peek();
    if (picture === null) return;
    try {
      const { saveChart } = await import('./files.ts');
      await saveChart(picture, kind);
      said.value = { text: `${kind.toUpperCase()} saved.`, shown: null };
    } catch (error) {
      said.value = { text: `It could not be saved: ${String(error)}`, shown: null };
    }
  };
  const link = (): string => {
    const query = queryOf(setup, isLog.peek() ? { scale: 'log' } : {});
    return location.href.replace(/#.*$/, '') + addressOf({ path: place.peek().path, query });
  };
  return (
    <section class="acts" aria-label="Take away">
      <button type="button" onClick={() => void copy('Link', link())}>
        Copy link
      </button>
      <button type="button" onClick={() => void copy('Scenario', scenarioText(setup.document))}>
        Copy scenario
      </button>
      <button type="button" onClick={() => void copy('Command', commandOf(setup))}>
        Copy command
      </button>
      <span class="gap" />
      <button type="button" onClick={() => void save('svg')}>
        Save SVG
      </button>
      <button type="button" onClick={() => void save('png')}>
        Save PNG
      </button>
      <button type="button" onClick={() => void save('csv')}>
        Save CSV
      </button>
      <p role="status" class="soft">
        {said.value?.text}
      </p>
      {said.value?.shown !== null && said.value?.shown !== undefined && (
        <textarea readOnly rows={6} aria-label="Text to copy" value={said.value.shown} />
      )}
    </section>
  );
}
