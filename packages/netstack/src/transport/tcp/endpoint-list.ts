/** The endpoints of connections, found by the place of the connection in its table: an array, since a segment asks many times. */
import { CONNECTION_WORDS } from './connection-table.ts';
import type { Endpoint } from './endpoint.ts';

export class EndpointList {
  readonly #endpoints: (Endpoint | undefined)[] = [];
  #size = 0;

  /** Connections that have an endpoint. */
  get size(): number {
    return this.#size;
  }

  get(at: number): Endpoint | undefined {
    return this.#endpoints[at / CONNECTION_WORDS];
  }

  set(at: number, endpoint: Endpoint): void {
    const place = at / CONNECTION_WORDS;
    // One after the other, so that the engine does not make a dictionary of it.
    while (this.#endpoints.length <= place) this.#endpoints.push(undefined);
    if (this.#endpoints[place] === undefined) this.#size++;
    this.#endpoints[place] = endpoint;
  }

  delete(at: number): void {
    const place = at / CONNECTION_WORDS;
    if (this.#endpoints[place] === undefined) return;
    this.#endpoints[place] = undefined;
    this.#size--;
  }
}
