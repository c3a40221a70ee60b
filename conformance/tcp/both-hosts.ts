/** The kernel and a virtual host at the same address on links of their own, and a raw client at the other end of each. */
import { inNetworkNamespace } from '@wormwood/sensor';
import { makeLink, startKernelHost } from './kernel-host.ts';
import { RawClient } from './raw-client.ts';
import { type RunningVirtualHost, startVirtualHost } from './virtual-host.ts';

export interface BothHosts {
  readonly address: number;
  /** Of the kernel, and of the virtual host. */
  readonly clients: readonly [RawClient, RawClient];
  readonly virtualHost: RunningVirtualHost;
}

const HOST = 0x0a32_0001;

/** Takes the rights of root; leaves nothing behind. */
export async function withBothHosts<T>(body: (both: BothHosts) => Promise<T>): Promise<T> {
  const links = [makeLink(), makeLink()] as const;
  const closers: (() => void)[] = links.map((link) => () => link.remove());
  try {
    const [kernelLink, virtualLink] = links;
    closers.push(await startKernelHost(kernelLink, HOST));
    const virtualHost = inNetworkNamespace(virtualLink.hostName, () =>
      startVirtualHost('h0', virtualLink.hostLinkAddress, HOST),
    );
    closers.push(() => virtualHost.stop());
    const clients = links.map((link) =>
      inNetworkNamespace(link.clientName, () => new RawClient('c0', link.clientLinkAddress)),
    ) as [RawClient, RawClient];
    closers.push(...clients.map((client) => () => client.close()));
    await Promise.all(clients.map((client) => client.find(HOST)));
    return await body({ address: HOST, clients, virtualHost });
  } finally {
    for (const close of closers.toReversed()) close();
  }
}
