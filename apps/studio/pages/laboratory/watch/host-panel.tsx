/** One host of a run: when it was infected and immunized, by whom, and whom it infected. */
import { formatCount, formatDuration, formatIpv4 } from '@wormwood/base';
import type { JSX } from 'preact';
import type { HostFacts } from './film.ts';

export interface HostPanelProps {
  readonly facts: HostFacts | null;
  readonly addressOf: (host: number) => number;
  readonly onChoose: (host: number) => void;
}

const IPV4 = 2 ** 32;
const SHOWN = 12;

export function HostPanel({ facts, addressOf, onChoose }: HostPanelProps): JSX.Element {
  if (facts === null)
    return (
      <p class="soft host-panel">
        Click the map, or write an address: the nearest host shows which host infected it.
      </p>
    );
  const { address, infectedSeconds, immunizedSeconds, ancestors, children, descendants } = facts;
  const button = (host: number): JSX.Element => (
    <button key={host} type="button" class="quiet" onClick={() => onChoose(host)}>
      {addressText(addressOf(host))}
    </button>
  );
  return (
    <section class="host-panel" aria-label="Host" aria-live="polite">
      <h2>{addressText(address)}</h2>
      <p>{lifeOf(infectedSeconds, immunizedSeconds)}</p>
      {ancestors.length > 0 && (
        <p>
          Infected by {button(ancestors[0]!)}, over {formatCount(ancestors.length)}{' '}
          {ancestors.length === 1 ? 'step' : 'steps'} from {button(ancestors.at(-1)!)}.
        </p>
      )}
      {Number.isFinite(infectedSeconds) && (
        <p>
          {descendantsText(descendants)}
          {children.slice(0, SHOWN).map(button)}
          {children.length > SHOWN && ' and more'}
        </p>
      )}
    </section>
  );
}

function descendantsText(descendants: number): string {
  if (descendants === 0) return 'It infected nobody.';
  const back = descendants === 1 ? 'infection goes' : 'infections go';
  return `${formatCount(descendants)} ${back} back to it; itself it infected `;
}

function lifeOf(infectedSeconds: number, immunizedSeconds: number): string {
  const immunized = Number.isFinite(immunizedSeconds);
  if (!Number.isFinite(infectedSeconds))
    return immunized
      ? `Never infected; immunized after ${formatDuration(immunizedSeconds)}.`
      : 'Never infected in this run.';
  const begin =
    infectedSeconds === 0 ? 'Infected from the start' : `Infected after ${formatDuration(infectedSeconds)}`;
  return immunized
    ? `${begin}, immunized after ${formatDuration(immunizedSeconds)}.`
    : `${begin}, and until the end.`;
}

function addressText(address: number): string {
  return address < IPV4 ? formatIpv4(address) : formatCount(address);
}
