/**
 * The scope: an owner's signed permission. A `Scope` comes into being only here, after its signature was verified and
 * its content checked, so that whoever holds one holds a permission. The file that is missing, unsigned, unreadable,
 * too wide or expired yields a reason instead, and nothing is ever done on a reason.
 */
import { hexadecimal, type Parsed, sha256 } from '@wormwood/base';
import { IpSet } from '@wormwood/wire';
import type { AllowedAction, ScopeFile, ScopeProblem } from './scope-file.ts';
import { scopeProblems } from './scope-file.ts';

/** The octets of the file and the detached signature beside it; null for what does not exist. */
export interface ScopeDocument {
  readonly octets: Uint8Array | null;
  readonly signature: string | null;
  /** Why the files are not believed, whatever they hold: others could have written them, or they cannot be read. */
  readonly refusal?: string;
}

/** Checks signatures against the keys that the owner trusts. */
export interface SignatureVerifier {
  /** The name of the trusted key that made `signature` over exactly these octets (Ed25519, RFC 8032), or why none did. */
  verify(octets: Uint8Array, signature: string): Promise<Parsed<string>>;
}

/** What a scope file is checked with. */
export interface ScopeComponents {
  readonly verifier: SignatureVerifier;
  /** Reads the text of the file; what is wrong with it as one sentence. */
  readonly read: (octets: Uint8Array) => Parsed<ScopeFile>;
}

/** The scope that a file grants, or why it grants none. */
export type ScopeAdmission = { readonly ok: true; readonly scope: Scope } | ScopeRefusal;

export interface ScopeRefusal {
  readonly ok: false;
  readonly code: 'missing' | 'untrusted' | 'unsigned' | 'unreadable' | ScopeProblem['code'];
  readonly reason: string;
}

/** Nobody's hosts, whatever a file says: this network, loopback, link-local, multicast and reserved (RFC 6890). */
export const NEVER_ACTED_ON: IpSet = IpSet.of([
  { address: 0, prefixLength: 8 },
  { address: 0x7f00_0000, prefixLength: 8 },
  { address: 0xa9fe_0000, prefixLength: 16 },
  { address: 0xe000_0000, prefixLength: 3 },
  // The same of IPv6 (RFC 4291 2.4): unspecified, loopback and IPv4 in disguise, link-local, groups.
  { first: 0n, length: 8 },
  { first: 0xfe80n << 112n, length: 10 },
  { first: 0xff00n << 112n, length: 8 },
]);

/** A permission that was verified. */
export class Scope {
  readonly file: ScopeFile;
  /** Who signed, as the verifier names the key. */
  readonly signer: string;
  /** SHA-256 of the file, hexadecimal: what the audit log calls it. */
  readonly fingerprint: string;
  readonly addresses: IpSet;
  readonly protectedAddresses: IpSet;

  private constructor(file: ScopeFile, octets: Uint8Array, signer: string) {
    this.file = file;
    this.signer = signer;
    this.fingerprint = hexadecimal(sha256(octets));
    this.addresses = IpSet.of(file.prefixes);
    this.protectedAddresses = IpSet.of(file.protectedPrefixes).union(NEVER_ACTED_ON);
  }

  /** Admits a scope file, or says why it allows nothing. The signature comes first: nothing unsigned is even read. */
  static async admit(
    { octets, signature, refusal }: ScopeDocument,
    { verifier, read }: ScopeComponents,
    nowSeconds: number,
  ): Promise<ScopeAdmission> {
    if (refusal !== undefined) return refuse('untrusted', refusal);
    if (octets === null) return refuse('missing', 'There is no scope file.');
    if (signature === null) return refuse('unsigned', 'The scope file has no signature beside it.');
    const signer = await verifier.verify(octets, signature);
    if (!signer.ok) return refuse('unsigned', signer.reason);
    const file = read(octets);
    if (!file.ok) return refuse('unreadable', file.reason);
    const [first, ...more] = scopeProblems(file.value, nowSeconds);
    if (first !== undefined) {
      return refuse(
        first.code,
        more.length === 0 ? first.message : `${first.message} (and ${more.length} more)`,
      );
    }
    return { ok: true, scope: new Scope(file.value, octets, signer.value) };
  }

  /** The permission for this action by this actuator. */
  allowed(action: AllowedAction['action'], actuator: string): AllowedAction | undefined {
    return this.file.actions.find((each) => each.action === action && each.actuator === actuator);
  }
}

function refuse(code: ScopeRefusal['code'], reason: string): ScopeRefusal {
  return { ok: false, code, reason };
}
