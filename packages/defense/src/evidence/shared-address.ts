/**
 * The shared address, one of the kinds of `innocent-classes.ts`: many clients behind one address, distinguished from a scanner
 * by the ports of its contacts. These come from a Pólya urn (Blackwell, MacQueen, "Ferguson distributions via Pólya urn schemes",
 * Annals of Statistics 1(2), 1973): after n contacts, c of them to a port, the next one goes there with probability
 * (c + 10 b)/(n + 10), b being the port's share of what clients do by mistake.
 *
 * The scanner is a mixture: it tries one port, or each of k ports equally often, k up to eight, or it is an urn of fewer
 * colours. A port that is new to it has the shares of the clients, too, which cancel. Of a port that is known, a smaller share
 * would speak for the scanner, so that the upper bounds of `innocent-ports.ts` can only cost power.
 */
import { exp, log } from '@wormwood/base';
import { innocentPortShare } from './innocent-ports.ts';
import type { Floats, Halves, Octets, SourceRows, Words } from './source-rows.ts';

/** Ports that are counted for each source. */
const PORTS = 8;
/** How evenly the clients spread over ports, and a scanner that is an urn, as numbers of contacts. */
const SHARED_SPREAD = 10;
const SCANNER_SPREAD = 1;
/** Weights of the mixture: one port; two to eight, all together; the urn. */
const ONE_PORT = 0.4;
const SOME_PORTS = 0.35;
const URN = log(0.25);
const COUNT_MAX = 0xffff;
/** Contacts whose weights are tabulated; beyond, all but the least number of ports that is possible are out of the question. */
const TABULATED = 512;

export class SharedAddress {
  readonly #ratio: Floats;
  /** ln of the scanning urn over that of the clients, and ln of the clients' urn alone, without the shares of new ports. */
  readonly #urn: Floats;
  readonly #clients: Floats;
  readonly #ports: Octets;
  readonly #keys: Words;
  readonly #counts: Halves;

  constructor(rows: SourceRows) {
    this.#ratio = rows.floats();
    this.#urn = rows.floats();
    this.#clients = rows.floats();
    this.#ports = rows.octets();
    this.#keys = rows.words(PORTS);
    this.#counts = rows.halves(PORTS);
  }

  reset(slot: number): void {
    this.#ratio.set(slot, 0);
    this.#urn.set(slot, 0);
    this.#clients.set(slot, 0);
    this.#ports.set(slot, 0);
    for (let i = 0; i < PORTS; i++) this.#counts.set(slot, 0, i);
  }

  /** ln of how much likelier the source is a scanner. */
  ratio(slot: number): number {
    return this.#ratio.get(slot);
  }

  /** Takes in a contact to a port, a `portKey`, after so many others. */
  meet(slot: number, key: number, contacts: number): void {
    const known = this.#count(slot, key);
    const ports = this.#ports.get(slot) + (known === 0 && this.#ports.get(slot) <= PORTS ? 1 : 0);
    this.#ports.set(slot, ports);
    if (contacts > 0) {
      const share = innocentPortShare(key);
      this.#urn.set(slot, this.#urn.get(slot) + urnWeight(contacts, known, share));
      this.#clients.set(slot, this.#clients.get(slot) + clientsWeight(contacts, known, share));
    }
    this.#ratio.set(
      slot,
      mixed(this.#urn.get(slot), this.#clients.get(slot), {
        contacts: contacts + 1,
        ports,
      }),
    );
  }

  /** Counts the contact where there is room; returns how many there were to the port before. */
  #count(slot: number, key: number): number {
    for (let i = 0; i < PORTS; i++) {
      const count = this.#counts.get(slot, i);
      if (count === 0) {
        this.#keys.set(slot, key, i);
        this.#counts.set(slot, 1, i);
        return 0;
      }
      if (this.#keys.get(slot, i) !== key) continue;
      this.#counts.set(slot, Math.min(count + 1, COUNT_MAX), i);
      return count;
    }
    return 0;
  }
}

/** The ratio of a scanner of one port of that innocent share, contact by contact. */
export class OnePort {
  readonly #share: number;
  #urn = 0;
  #clients = 0;
  #contacts = 1;

  constructor(share: number) {
    this.#share = share;
  }

  /** Takes in one more contact, after the first; returns the ratio. */
  next(): number {
    const contacts = this.#contacts++;
    this.#urn += urnWeight(contacts, contacts, this.#share);
    this.#clients += clientsWeight(contacts, contacts, this.#share);
    return mixed(this.#urn, this.#clients, { contacts: contacts + 1, ports: 1 });
  }
}

/** The larger part of the mixture: less than all of it, by ln 2 at most. */
function mixed(
  urn: number,
  clients: number,
  seen: { readonly contacts: number; readonly ports: number },
): number {
  const few = seen.ports > PORTS ? -Infinity : fewPorts(seen.contacts, seen.ports) - clients;
  return Math.max(urn + URN, few);
}

function urnWeight(contacts: number, known: number, share: number): number {
  const scanner = (known + SCANNER_SPREAD * share) / (contacts + SCANNER_SPREAD);
  return log(scanner / ((known + SHARED_SPREAD * share) / (contacts + SHARED_SPREAD)));
}

function clientsWeight(contacts: number, known: number, share: number): number {
  return log((known === 0 ? SHARED_SPREAD : known + SHARED_SPREAD * share) / (contacts + SHARED_SPREAD));
}

/**
 * ln of the probability that a scanner of few ports spreads so many contacts over so many of them, in one given way, without
 * the shares of new ports: k!/(k − K)! k^-n for k of them, summed with their weights.
 */
function fewPorts(contacts: number, ports: number): number {
  const row = Math.min(contacts, TABULATED);
  const beyond = contacts - row;
  return (FEW_PORTS[row * (PORTS + 1) + ports] ?? 0) - (beyond === 0 ? 0 : beyond * log(ports));
}

const FEW_PORTS = fewPortsTable();

function fewPortsTable(): Float64Array {
  const table = new Float64Array((TABULATED + 1) * (PORTS + 1)).fill(-Infinity);
  for (let contacts = 1; contacts <= TABULATED; contacts++)
    for (let ports = 1; ports <= Math.min(contacts, PORTS); ports++) {
      let [most, sum] = [-Infinity, 0];
      for (let k = ports; k <= PORTS; k++) {
        let term = log(k === 1 ? ONE_PORT : SOME_PORTS / (PORTS - 1)) - contacts * log(k);
        for (let i = 0; i < ports; i++) term += log(k - i);
        if (most === -Infinity) most = term;
        sum += exp(term - most);
      }
      table[contacts * (PORTS + 1) + ports] = most + log(sum);
    }
  return table;
}
