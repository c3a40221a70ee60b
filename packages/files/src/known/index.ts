/** The file of known sources: who contacts unused addresses, and why. */

export { checkKnownFile, knownJsonSchema } from './known-file.ts';
