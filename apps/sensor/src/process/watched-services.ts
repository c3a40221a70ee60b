/** Services with somebody who notes what they were sent: its hash and length, once for each connection. */
import { createHash, type Hash } from 'node:crypto';
import { greetingOf } from '@wormwood/defense';
import type { PortAction, ServiceRunner, Template } from '@wormwood/honeynet';
import type { TcpConnection, TcpService, UdpDatagram } from '@wormwood/netstack';
import type { Outputs } from '../output/outputs.ts';

/** What events keep of a connection while it is open, and what a hash costs; about, as measured. */
const SESSION_BYTES = 128;
const HASH_BYTES = 1024;

export class WatchedServices implements ServiceRunner {
  readonly #services: ServiceRunner;
  readonly #outputs: Outputs;
  readonly #listeners: Count = { open: 0 };

  constructor(services: ServiceRunner, outputs: Outputs) {
    this.#services = services;
    this.#outputs = outputs;
  }

  /** Connections behind which nothing stands: what they send is noted, and nobody waits for a turn of the event loop. */
  get listeningCount(): number {
    return this.#listeners.open;
  }

  tcp(action: PortAction, connection: TcpConnection, template: Template): TcpService | null {
    const service = this.#services.tcp(action, connection, template);
    // A connection without a service costs next to nothing, so it stays so while nobody reads events.
    if (!this.#outputs.wantsEvents) return service;
    connection.claim(SESSION_BYTES);
    if (service === null) this.#listeners.open++;
    return new WatchedService(service, connection, { outputs: this.#outputs, listeners: this.#listeners });
  }

  udp(
    action: PortAction,
    datagram: UdpDatagram,
    reply: (payload: Uint8Array) => void,
    template: Template,
  ): void {
    const { payload, localPort } = datagram;
    if (this.#outputs.wantsEvents && payload.length > 0) {
      this.#outputs.events.datagramData(datagram, payload.length, () => ({
        sha256: createHash('sha256').update(payload).digest('hex'),
        length: payload.length,
        greeting: greetingOf('udp', localPort, payload),
      }));
    }
    this.#services.udp(action, datagram, reply, template);
  }
}

interface Count {
  open: number;
}

class WatchedService implements TcpService {
  readonly #service: TcpService | null;
  readonly #connection: TcpConnection;
  readonly #outputs: Outputs;
  readonly #listeners: Count;
  #hash: Hash | null = null;
  /** Of the first octets. */
  #greeting: string | null = null;
  #length = 0;

  constructor(
    service: TcpService | null,
    connection: TcpConnection,
    { outputs, listeners }: { readonly outputs: Outputs; readonly listeners: Count },
  ) {
    this.#service = service;
    this.#connection = connection;
    this.#outputs = outputs;
    this.#listeners = listeners;
  }

  data(octets: Uint8Array): void {
    if (this.#hash === null) {
      this.#hash = this.#begin();
      this.#greeting = greetingOf('tcp', this.#connection.localPort, octets);
    }
    this.#hash.update(octets);
    this.#length += octets.length;
    this.#service?.data(octets);
  }

  ended(): void {
    this.#reportData();
    if (this.#service === null) this.#connection.end();
    else this.#service.ended();
  }

  writable(): void {
    this.#service?.writable();
  }

  closed(reason: Parameters<TcpService['closed']>[0]): void {
    this.#reportData();
    if (this.#service === null) this.#listeners.open--;
    else this.#service.closed(reason);
  }

  #begin(): Hash {
    this.#connection.claim(HASH_BYTES);
    return createHash('sha256');
  }

  #reportData(): void {
    if (this.#hash === null) return;
    const sha256 = this.#hash.digest('hex');
    this.#hash = null;
    this.#connection.claim(-HASH_BYTES);
    const payload = { sha256, length: this.#length, greeting: this.#greeting };
    this.#outputs.events.serviceData(this.#connection, payload);
    this.#length = 0;
  }
}
