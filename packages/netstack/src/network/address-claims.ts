/**
 * Which addresses are answered for, where other machines may have some of them. One that another machine speaks for is left
 * to it at once, and for ten minutes; then it is asked for before it is ours again. Where the stack asks first, each address
 * is asked for twice, half a second apart (RFC 5227 2.1.1 in the measure of `farpd`), and is ours once both questions have
 * stayed without reply.
 */
import { RecentMap } from '@wormwood/base';

/** An address in a VLAN. */
export interface ClaimSubject<Address> {
  readonly address: Address;
  /** As `vlanOf` numbers it. */
  readonly vlan: number;
  /** The tags of the VLAN as they stand in a frame, to ask there. */
  readonly tags: Uint8Array;
}

export interface ClaimOptions<Address> {
  /** Ask before any address is answered for. */
  readonly askFirst: boolean;
  /** Sends a question about an address. */
  readonly ask: (subject: ClaimSubject<Address>) => void;
}

/** How long a question may stay without reply before an address is ours. */
const QUESTION_SECONDS = 0.5;
const QUESTIONS = 2;
/** How long an address that another machine spoke for is left to it. */
const TAKEN_SECONDS = 600;
const CLAIMS_MAX = 65_536;
/** Addresses a second that are asked for ahead, before somebody else asks: 256 broadcasts a second are no burden. */
const AHEAD_PER_SECOND = 128;

interface Claim<Address> {
  readonly subject: ClaimSubject<Address>;
  state: 'asking' | 'ours' | 'taken';
  questions: number;
  nextSeconds: number;
  /** Another machine had it once: a probe of its is not a newcomer's. */
  hadOwner: boolean;
  /** Answers whoever asked last while we did. */
  answer: (() => void) | null;
}

const NO_TAGS = new Uint8Array(0);

/** `Address`: a number or a bigint. */
export class AddressClaims<Address extends number | bigint> {
  readonly #options: ClaimOptions<Address>;
  readonly #claims: RecentMap<Address | string, Claim<Address>> = new RecentMap();
  /** Those that are asked for; the question that ends first stands first. */
  readonly #asking: RecentMap<Address | string, Claim<Address>> = new RecentMap();
  #ahead: Iterator<Address> | null = null;
  #nextAheadSeconds = Number.POSITIVE_INFINITY;

  constructor(options: ClaimOptions<Address>) {
    this.#options = options;
  }

  /** Whether every address is ours without a question. */
  get areUndisputed(): boolean {
    return this.#claims.size === 0 && !this.#options.askFirst;
  }

  /** Asks for these addresses, one after the other, so that the first who wants to know is answered at once. */
  askAhead(addresses: Iterable<Address>, nowSeconds: number): void {
    if (!this.#options.askFirst) return;
    this.#ahead = addresses[Symbol.iterator]();
    this.#nextAheadSeconds = nowSeconds;
  }

  /** Another machine speaks for an address that we answer for: it is left to it. Returns whether that is news. */
  note(subject: ClaimSubject<Address>, nowSeconds: number): boolean {
    const claim = this.#claimOf(subject, nowSeconds);
    const isNews = claim.state !== 'taken' || nowSeconds >= claim.nextSeconds;
    claim.state = 'taken';
    claim.hadOwner = true;
    claim.answer = null;
    claim.nextSeconds = nowSeconds + TAKEN_SECONDS;
    this.#asking.delete(keyOf(subject));
    return isNews;
  }

  /**
   * Another machine asks whether it may have an address that we answer for (RFC 5227 2.1.1). Returns whether we have it, and
   * say so as any host does; an address that we only ask for ourselves, or that the machine may have had before, is left to
   * it.
   */
  defends(subject: ClaimSubject<Address>, nowSeconds: number): boolean {
    const claim = this.#claims.get(keyOf(subject));
    const isAsking = claim === undefined ? this.#options.askFirst : claim.state !== 'ours';
    if (!isAsking && claim?.hadOwner !== true) return true;
    this.note(subject, nowSeconds);
    return false;
  }

  /** Returns whether an address is known to be another machine's now; asks nobody. */
  isTaken(address: Address, vlan: number, nowSeconds: number): boolean {
    if (this.#claims.size === 0) return false;
    const claim = this.#claims.get(keyOf({ address, vlan }));
    return claim?.state === 'taken' && nowSeconds < claim.nextSeconds;
  }

  /** Returns whether an address is ours; asks for it if that is not known, and calls `answer` if it turns out to be. */
  isOurs(subject: ClaimSubject<Address>, nowSeconds: number, answer: (() => void) | null = null): boolean {
    const key = keyOf(subject);
    let claim = this.#claims.get(key);
    if (claim === undefined) {
      if (!this.#options.askFirst) return true;
      claim = this.#claimOf(subject, nowSeconds);
    }
    if (claim.state === 'ours') return true;
    if (claim.state === 'taken') {
      if (nowSeconds < claim.nextSeconds) return false;
      claim.state = 'asking';
      claim.questions = 0;
      claim.nextSeconds = nowSeconds;
    }
    claim.answer = answer ?? claim.answer;
    this.#goOn(key, claim, nowSeconds, answer !== null);
    return this.#claims.get(key)?.state === 'ours';
  }

  /** Asks and ends what it is time for. */
  runTimers(nowSeconds: number): void {
    for (let first = this.#asking.oldest(); first !== undefined; first = this.#asking.oldest()) {
      if (first.value.nextSeconds > nowSeconds) break;
      this.#goOn(first.key, first.value, nowSeconds, false);
    }
    while (this.#ahead !== null && this.#nextAheadSeconds <= nowSeconds) {
      const next = this.#ahead.next();
      this.#nextAheadSeconds += 1 / AHEAD_PER_SECOND;
      if (next.done === true || this.#claims.size >= CLAIMS_MAX) {
        this.#ahead = null;
        this.#nextAheadSeconds = Number.POSITIVE_INFINITY;
        return;
      }
      this.isOurs({ address: next.value, vlan: 0, tags: NO_TAGS }, nowSeconds);
    }
  }

  /** When `runTimers` has something to do, in seconds of the clock. */
  nextTimerSeconds(): number {
    const asking = this.#asking.oldest()?.value.nextSeconds ?? Number.POSITIVE_INFINITY;
    return Math.min(asking, this.#nextAheadSeconds);
  }

  #goOn(key: Address | string, claim: Claim<Address>, nowSeconds: number, isAnswered: boolean): void {
    if (claim.state !== 'asking' || nowSeconds < claim.nextSeconds) return;
    if (claim.questions < QUESTIONS) {
      claim.questions++;
      claim.nextSeconds = nowSeconds + QUESTION_SECONDS;
      this.#asking.set(key, claim);
      this.#options.ask(claim.subject);
      return;
    }
    claim.state = 'ours';
    this.#asking.delete(key);
    const { answer } = claim;
    claim.answer = null;
    // Whoever asks at this very moment is answered by the caller.
    if (!isAnswered) answer?.();
  }

  #claimOf(subject: ClaimSubject<Address>, nowSeconds: number): Claim<Address> {
    const key = keyOf(subject);
    let claim = this.#claims.get(key);
    if (claim !== undefined) return claim;
    claim = {
      subject,
      state: 'asking',
      questions: 0,
      nextSeconds: nowSeconds,
      hadOwner: false,
      answer: null,
    };
    // The oldest claim is evicted; asking again about it costs a second.
    if (this.#claims.size >= CLAIMS_MAX) {
      const oldest = this.#claims.oldest()?.key ?? key;
      this.#claims.delete(oldest);
      this.#asking.delete(oldest);
    }
    this.#claims.set(key, claim);
    return claim;
  }
}

/** Without a VLAN the address itself, since most links have none. */
function keyOf<Address extends number | bigint>({
  address,
  vlan,
}: Pick<ClaimSubject<Address>, 'address' | 'vlan'>): Address | string {
  return vlan === 0 ? address : `${vlan} ${address}`;
}
