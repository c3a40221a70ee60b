/**
 * Transfers of a kernel client over a relay that loses the same numbered segments of a kernel's and of a virtual host's connection:
 * the two differ by how they recover alone.
 */
import { execFileSync } from 'node:child_process';
import { inNetworkNamespace } from '@wormwood/sensor';
import { makeRelayedLink, startKernelHost } from './kernel-host.ts';
import { startRelay } from './lossy-relay.ts';
import { sizes } from './services.ts';
import { heedsLosses, HOST, type Summary, summaryOf, transfer } from './transfer.ts';
import { startVirtualHost } from './virtual-host.ts';

export interface LossyTransfer {
  readonly what: 'upload' | 'download';
  readonly seed: string;
  readonly kernelSeconds: number;
  readonly virtualSeconds: number;
}

export interface LossyTransferOptions {
  readonly seeds: readonly string[];
  readonly loss: number;
  readonly delaySeconds: number;
  /** @default what the servers call a part */
  readonly octets?: number;
}

/** Takes the rights of root. */
export async function lossyTransfers(options: LossyTransferOptions): Promise<LossyTransfer[]> {
  const { seeds, octets = sizes.part } = options;
  const closers: (() => void)[] = [];
  try {
    const links = [makeRelayedLink(), makeRelayedLink()] as const;
    closers.push(...links.map((link) => () => link.remove()));
    const relays = links.map(({ relayName }) => startRelay(relayName, ['r0', 'r1'], options));
    closers.push(...relays.map((relay) => () => relay.stop()));
    for (const { clientName } of links) {
      heedsLosses(clientName);
      execFileSync('ip', ['-n', clientName, 'address', 'add', '10.50.0.2/16', 'dev', 'c0']);
    }
    closers.push(await startKernelHost(links[0], HOST));
    const host = inNetworkNamespace(links[1].hostName, () =>
      startVirtualHost('h0', links[1].hostLinkAddress, HOST),
    );
    closers.push(() => host.stop());
    const rows: LossyTransfer[] = [];
    for (const what of ['upload', 'download'] as const)
      for (const seed of seeds) {
        for (const relay of relays) relay.begin(seed);
        // oxlint-disable-next-line no-await-in-loop -- one seed after the other
        const seconds = await Promise.all(links.map((link) => transfer(link, what, 0, octets)));
        rows.push({ what, seed, kernelSeconds: seconds[0]!, virtualSeconds: seconds[1]! });
      }
    return rows;
  } finally {
    for (const close of closers.toReversed()) close();
  }
}

/** Logarithms of how much longer the virtual host takes than the kernel, which loses the same segments. */
export function ratiosOf(transfers: readonly LossyTransfer[], what: LossyTransfer['what']): Summary {
  const those = transfers.filter((each) => each.what === what);
  return summaryOf(
    those.map(({ kernelSeconds, virtualSeconds }) => Math.log(virtualSeconds / kernelSeconds)),
  );
}
