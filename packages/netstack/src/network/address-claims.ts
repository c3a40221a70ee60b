/**
 * Addresses that are answered for only when nobody else has them, as `farpd` does: of each it is asked twice, half a second
 * apart, and it is ours once both questions have stayed without reply. One that another machine speaks for is left to it.
 */
import { RecentMap } from '@wormwood/base';

/** How long a question may stay without reply before an address is ours. */
const QUESTION_SECONDS = 0.5;
const QUESTIONS = 2;
/** How long an address that another machine answered for is left to it. */
const TAKEN_SECONDS = 600;
const CLAIMS_MAX = 65_536;

interface Claim {
  state: 'asking' | 'ours' | 'taken';
  questions: number;
  nextSeconds: number;
}

/** `Address`: a number or a bigint. */
export class AddressClaims<Address> {
  readonly #claims: RecentMap<Address, Claim> = new RecentMap();
  readonly #ask: (address: Address) => void;

  /** `ask` sends a question about an address. */
  constructor(ask: (address: Address) => void) {
    this.#ask = ask;
  }

  /** Another machine spoke for an address: it is taken. */
  note(address: Address, nowSeconds: number): void {
    const claim = this.#claims.get(address);
    if (claim === undefined) return;
    claim.state = 'taken';
    claim.nextSeconds = nowSeconds + TAKEN_SECONDS;
  }

  /** Returns whether an address that somebody asks for is ours; asks for it if that is not known. */
  isOurs(address: Address, nowSeconds: number): boolean {
    let claim = this.#claims.get(address);
    if (claim === undefined || (claim.state === 'taken' && nowSeconds >= claim.nextSeconds)) {
      claim = { state: 'asking', questions: 0, nextSeconds: nowSeconds };
      // The oldest claim gives way; asking again about it costs a second.
      if (this.#claims.size >= CLAIMS_MAX) this.#claims.delete(this.#claims.oldest()?.key ?? address);
      this.#claims.set(address, claim);
    }
    if (claim.state === 'asking' && nowSeconds >= claim.nextSeconds) {
      if (claim.questions === QUESTIONS) claim.state = 'ours';
      else {
        claim.questions++;
        claim.nextSeconds = nowSeconds + QUESTION_SECONDS;
        this.#ask(address);
      }
    }
    return claim.state === 'ours';
  }
}
