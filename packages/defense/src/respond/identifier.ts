/** Identifiers that depend on nothing but a name: the same indicator has the same one whenever and wherever it is written. */
import { uuidOfName } from '@wormwood/base';

/**
 * The namespace of all identifiers that Wormwood makes from names. STIX 2.1 §2.9 keeps its own namespace for cyber
 * observables, so that domain objects need another.
 */
const WORMWOOD_NAMESPACE = '1f0a4c7e-6a3d-5b0e-9d53-4c1b0e7a92d6';

/** Returns the UUID of a name among the identifiers of Wormwood. */
export function identifierOf(name: string): string {
  return uuidOfName(name, WORMWOOD_NAMESPACE);
}
