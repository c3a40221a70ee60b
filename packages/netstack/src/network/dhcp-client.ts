/**
 * The client of RFC 2131: how a virtual host whose template says `dhcp` comes to its address and keeps it. It is the one
 * place where a virtual host speaks first, on its own link and because its owner said so. The machine receives the time and
 * what arrives, and says what is to be sent; sockets and frames are its owner's.
 */
import { assert, type Clock, type RandomStream } from '@wormwood/base';
import { dhcpv4, readU32 } from '@wormwood/wire';

export interface DhcpClientComponents {
  readonly clock: Clock;
  /** For transaction ids and for waiting times, so that a thousand hosts do not speak at once. */
  readonly stream: RandomStream;
  readonly linkAddress: number;
  /** Sends a message from UDP port 68 of `source` to port 67 of `destination`. */
  readonly send: (message: dhcpv4.Repr, source: number, destination: number) => void;
  /** Asks by ARP, without an address of one's own, whether somebody has an address (RFC 5227 2.1.1). */
  readonly probe: (address: number) => void;
  /** The host has this lease from now on, a new or a prolonged one; null: it has no address any more. */
  readonly leased: (lease: DhcpLease | null) => void;
  /** No server has answered for about a minute; reported once for each search. @default it is not reported */
  readonly unanswered?: () => void;
}

/** An address and until when it is the host's. */
export interface DhcpLease {
  readonly address: number;
  readonly server: number;
  /** Null where the server did not say. */
  readonly subnetMask: number | null;
  readonly router: number | null;
  /** When it runs out, in seconds of the clock; infinite for one without end. */
  readonly expiresSeconds: number;
}

/** RFC 2131 figure 5, without the reboot states: a virtual host remembers no lease. */
export type DhcpState =
  | 'init'
  | 'selecting'
  | 'requesting'
  /** The server has given an address; whether another machine has it is asked (RFC 2131 4.4.1). */
  | 'checking'
  | 'bound'
  | 'renewing'
  | 'rebinding'
  | 'stopped';

const BROADCAST = 0xffff_ffff;
const NO_ADDRESS = 0;
/** RFC 2131 4.4.1: a random time before the first message. */
const START_SECONDS_MIN = 1;
const START_SECONDS_SPAN = 9;
/** RFC 2131 4.1: 4 s, doubled up to 64 s, each moved by up to a second. */
const RETRY_FIRST_SECONDS = 4;
const RETRY_LAST_SECONDS = 64;
/** After so many requests without an answer the search begins anew (3.1, 5). */
const REQUESTS_MAX = 4;
/** After 4, 8, 16 and 32 s. */
const UNANSWERED_ATTEMPTS = 4;
/** RFC 2131 3.1 (5): after a DECLINE. */
const DECLINE_SECONDS = 10;
/** How often, and how long, it is asked whether somebody has an address: as in address-claims.ts. */
const PROBES = 2;
const PROBE_SECONDS = 0.5;
/** RFC 2131 4.4.5: the shortest wait between two requests to prolong a lease. */
const PROLONG_SECONDS_MIN = 60;
const FOREVER = 0xffff_ffff;
const ASKED_FOR: readonly number[] = [
  dhcpv4.optionCode.subnetMask,
  dhcpv4.optionCode.router,
  dhcpv4.optionCode.domainNameServer,
];

export class DhcpClient {
  readonly #components: DhcpClientComponents;
  #state: DhcpState = 'stopped';
  #timerSeconds: number = Number.POSITIVE_INFINITY;
  #transactionId = 0;
  #startedSeconds = 0;
  #attempts = 0;
  /** RFC 2131 4.4.1: a request says the same elapsed time as the message before it. */
  #elapsedSeconds = 0;
  #offer: { readonly address: number; readonly server: number } | null = null;
  #lease: DhcpLease | null = null;
  #renewSeconds = 0;
  #rebindSeconds = 0;
  #requestedAtSeconds = 0;
  /** What is leased once nobody turns out to have the address. */
  #checked: DhcpLease | null = null;

  constructor(components: DhcpClientComponents) {
    this.#components = components;
  }

  get state(): DhcpState {
    return this.#state;
  }

  get lease(): DhcpLease | null {
    return this.#lease;
  }

  /** When `work` is to be called next, in seconds of the clock; infinite when there is no need. */
  nextTimerSeconds(): number {
    return this.#timerSeconds;
  }

  start(): void {
    assert(this.#state === 'stopped', 'a client is started once');
    const { stream } = this.#components;
    this.#begin(START_SECONDS_MIN + START_SECONDS_SPAN * stream.nextDouble());
  }

  /** Gives the address back (RFC 2131 4.4.6) and stops. */
  release(): void {
    const lease = this.#lease;
    if (lease !== null) {
      const options = [serverOption(lease.server)];
      this.#send(dhcpv4.messageType.release, { clientAddress: lease.address, options }, lease.server);
      this.#lose();
    }
    this.#state = 'stopped';
    this.#checked = null;
    this.#timerSeconds = Number.POSITIVE_INFINITY;
  }

  /**
   * Another machine speaks for an address (ARP told): one that is, or is about to be, the host's is refused, and another
   * looked for (RFC 2131 3.1, 5). Returns whether that was so.
   */
  conflict(address: number): boolean {
    const lease = this.#checked ?? this.#lease;
    if (lease === null || lease.address !== address) return false;
    const options = [addressOption(lease.address), serverOption(lease.server)];
    this.#send(dhcpv4.messageType.decline, { options });
    if (this.#lease !== null) this.#lose();
    this.#begin(DECLINE_SECONDS);
    return true;
  }

  /** Does what the time asks for. */
  work(): void {
    const now = this.#now();
    if (now < this.#timerSeconds) return;
    if (this.#state === 'init' || this.#state === 'selecting') this.#discover();
    else if (this.#state === 'requesting') this.#onRequestTimer();
    else if (this.#state === 'checking') this.#check();
    else this.#onLeaseTimer(now);
  }

  /** Takes a message that came to port 68; what is meant for others is left aside. */
  receive(message: dhcpv4.Repr): void {
    if (
      message.operation !== dhcpv4.operation.reply ||
      message.transactionId !== this.#transactionId ||
      message.clientMac !== this.#components.linkAddress
    )
      return;
    const type = dhcpv4.readMessageType(message);
    if (this.#state === 'selecting') {
      if (type === dhcpv4.messageType.offer) this.#takeOffer(message);
    } else if (this.#state === 'requesting' || this.#state === 'renewing' || this.#state === 'rebinding') {
      if (type === dhcpv4.messageType.ack) this.#bind(message);
      else if (type === dhcpv4.messageType.nak) this.#onRefused(message);
    }
  }

  #begin(waitSeconds: number): void {
    this.#state = 'init';
    this.#offer = null;
    this.#checked = null;
    this.#timerSeconds = this.#now() + waitSeconds;
  }

  #discover(): void {
    if (this.#state === 'init') {
      this.#state = 'selecting';
      this.#attempts = 0;
      this.#startedSeconds = this.#now();
      this.#transactionId = this.#components.stream.nextUint32();
    }
    if (this.#attempts === UNANSWERED_ATTEMPTS) this.#components.unanswered?.();
    this.#elapsedSeconds = Math.floor(this.#now() - this.#startedSeconds);
    this.#send(dhcpv4.messageType.discover, { options: [askedFor()] });
    this.#waitForAnswer();
  }

  #takeOffer(message: dhcpv4.Repr): void {
    const server = wordOf(message, dhcpv4.optionCode.serverIdentifier);
    if (server === null || message.yourAddress === NO_ADDRESS) return;
    this.#offer = { address: message.yourAddress, server };
    this.#state = 'requesting';
    this.#attempts = 0;
    this.#request();
  }

  #onRequestTimer(): void {
    if (this.#attempts < REQUESTS_MAX) this.#request();
    else this.#begin(0);
  }

  #request(): void {
    const offer = this.#offer;
    if (offer === null) return;
    this.#requestedAtSeconds = this.#now();
    const options = [addressOption(offer.address), serverOption(offer.server), askedFor()];
    this.#send(dhcpv4.messageType.request, { options });
    this.#waitForAnswer();
  }

  /** T1, T2 and the end of the lease (RFC 2131 4.4.5). */
  #onLeaseTimer(now: number): void {
    const lease = this.#lease;
    if (lease === null) return;
    if (now >= lease.expiresSeconds) {
      this.#lose();
      this.#begin(0);
      return;
    }
    const isRebinding = now >= this.#rebindSeconds;
    const next: DhcpState = isRebinding ? 'rebinding' : 'renewing';
    if (this.#state !== next) {
      this.#state = next;
      this.#startedSeconds = now;
      this.#transactionId = this.#components.stream.nextUint32();
    }
    this.#elapsedSeconds = Math.floor(now - this.#startedSeconds);
    this.#requestedAtSeconds = now;
    const words = { clientAddress: lease.address, options: [askedFor()] };
    this.#send(dhcpv4.messageType.request, words, isRebinding ? BROADCAST : lease.server);
    const end = isRebinding ? lease.expiresSeconds : this.#rebindSeconds;
    this.#timerSeconds = Math.min(end, now + Math.max(PROLONG_SECONDS_MIN, (end - now) / 2));
  }

  #bind(message: dhcpv4.Repr): void {
    const seconds = wordOf(message, dhcpv4.optionCode.leaseTime);
    const server = wordOf(message, dhcpv4.optionCode.serverIdentifier) ?? this.#lease?.server ?? null;
    // RFC 2131 table 3: without them it is not an acknowledgment.
    if (seconds === null || server === null || message.yourAddress === NO_ADDRESS) return;
    const isEndless = seconds === FOREVER;
    const lasts = isEndless ? Number.POSITIVE_INFINITY : seconds;
    // The lease counts from the sending of the request, which the server cannot have counted from earlier (4.4.5).
    const from = this.#requestedAtSeconds;
    const renewal = wordOf(message, dhcpv4.optionCode.renewalTime) ?? lasts * 0.5;
    const rebinding = wordOf(message, dhcpv4.optionCode.rebindingTime) ?? lasts * 0.875;
    this.#rebindSeconds = from + Math.min(rebinding, lasts);
    this.#renewSeconds = Math.min(from + renewal, this.#rebindSeconds);
    const lease = {
      address: message.yourAddress,
      server,
      subnetMask: wordOf(message, dhcpv4.optionCode.subnetMask),
      router: wordOf(message, dhcpv4.optionCode.router),
      expiresSeconds: from + lasts,
    };
    if (this.#state === 'requesting') {
      this.#state = 'checking';
      this.#attempts = 0;
      this.#checked = lease;
      this.#check();
    } else this.#take(lease);
  }

  /** Asks who has the address, and takes it once nobody has answered. */
  #check(): void {
    const lease = this.#checked;
    if (lease === null) return;
    if (this.#attempts++ === PROBES) {
      this.#checked = null;
      this.#take(lease);
      return;
    }
    this.#components.probe(lease.address);
    this.#timerSeconds = this.#now() + PROBE_SECONDS;
  }

  #take(lease: DhcpLease): void {
    this.#lease = lease;
    this.#state = 'bound';
    this.#timerSeconds =
      lease.expiresSeconds === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : this.#renewSeconds;
    this.#components.leased(lease);
  }

  /** Only the server that was asked may refuse an offer; a lease may be refused by whoever answers. */
  #onRefused(message: dhcpv4.Repr): void {
    const server = wordOf(message, dhcpv4.optionCode.serverIdentifier);
    if (this.#state === 'requesting' && server !== this.#offer?.server) return;
    if (this.#lease !== null) this.#lose();
    const { stream } = this.#components;
    this.#begin(START_SECONDS_MIN + START_SECONDS_SPAN * stream.nextDouble());
  }

  #lose(): void {
    this.#lease = null;
    this.#components.leased(null);
  }

  #waitForAnswer(): void {
    const seconds = Math.min(RETRY_FIRST_SECONDS * 2 ** this.#attempts, RETRY_LAST_SECONDS);
    this.#attempts++;
    this.#timerSeconds = this.#now() + seconds + 2 * this.#components.stream.nextDouble() - 1;
  }

  #send(
    type: number,
    words: { readonly clientAddress?: number; readonly options: readonly dhcpv4.Option[] },
    destination: number = BROADCAST,
  ): void {
    const clientAddress = words.clientAddress ?? NO_ADDRESS;
    const message: dhcpv4.Repr = {
      operation: dhcpv4.operation.request,
      hops: 0,
      transactionId: this.#transactionId,
      secondsElapsed: Math.min(this.#elapsedSeconds, 0xffff),
      // A host that has no address yet is reached by everybody's.
      broadcast: clientAddress === NO_ADDRESS,
      clientAddress,
      yourAddress: NO_ADDRESS,
      serverAddress: NO_ADDRESS,
      relayAddress: NO_ADDRESS,
      clientMac: this.#components.linkAddress,
      serverName: new Uint8Array(0),
      bootFile: new Uint8Array(0),
      options: [dhcpv4.octetsOption(dhcpv4.optionCode.messageType, [type]), ...words.options],
    };
    this.#components.send(message, clientAddress, destination);
  }

  #now(): number {
    return this.#components.clock.nowSeconds();
  }
}

function askedFor(): dhcpv4.Option {
  return dhcpv4.octetsOption(dhcpv4.optionCode.parameterRequestList, ASKED_FOR);
}

function addressOption(address: number): dhcpv4.Option {
  return dhcpv4.wordsOption(dhcpv4.optionCode.requestedAddress, [address]);
}

function serverOption(server: number): dhcpv4.Option {
  return dhcpv4.wordsOption(dhcpv4.optionCode.serverIdentifier, [server]);
}

/** The first word of an option, or null where the message has no such option. */
function wordOf(message: dhcpv4.Repr, code: number): number | null {
  const data = dhcpv4.findOption(message, code);
  return data === undefined || data.length < 4 ? null : readU32(data, 0);
}
