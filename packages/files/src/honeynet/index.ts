/** `net.yaml`: a honeynet. */

export { checkHoneynetFile, honeynetText, type HoneynetCheck } from './honeynet-file.ts';
export { honeynetJsonSchema } from './schema.ts';
