/** The numbers under which the index keeps IPv6 addresses: negative ones, since those of IPv4 are from 0 on. */
import type Database from 'libsql';
import type { IpAddress } from '@wormwood/wire';

const HEX_DIGITS = 32;
const KNOWN_MAX = 100_000;

/** Returns the 32 hexadecimal digits of an address: they sort as addresses do. */
export function ipv6Digits(address: bigint): string {
  return address.toString(16).padStart(HEX_DIGITS, '0');
}

/** The address of such digits. */
export function ipv6OfDigits(digits: string): bigint {
  return BigInt(`0x${digits}`);
}

export class Ipv6Numbers {
  readonly #database: Database.Database;
  readonly #known: Map<bigint, number> = new Map();
  #last: number;

  constructor(database: Database.Database) {
    this.#database = database;
    const row = database.prepare('SELECT min(id) AS n FROM ipv6').get() as { n: number | null } | undefined;
    this.#last = row?.n ?? 0;
  }

  /** The number of an address; undefined for one of IPv6 that no event has. */
  find(address: IpAddress): number | undefined {
    if (typeof address === 'number') return address;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const row = this.#database.prepare('SELECT id FROM ipv6 WHERE address = ?').get(ipv6Digits(address));
    const id = (row as { id: number } | undefined)?.id;
    if (id !== undefined) this.#remember(address, id);
    return id;
  }

  /** The number of an address, a new one where it has none yet. */
  numberOf(address: IpAddress): number {
    if (typeof address === 'number') return address;
    const known = this.find(address);
    if (known !== undefined) return known;
    const id = --this.#last;
    this.#database.prepare('INSERT INTO ipv6 VALUES (?, ?)').run(id, ipv6Digits(address));
    this.#remember(address, id);
    return id;
  }

  #remember(address: bigint, id: number): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(address, id);
  }
}
