/** `net.yaml`: a honeynet. */

export { checkHoneynetFile, honeynetText } from './honeynet-file.ts';
export { honeynetJsonSchema } from './schema.ts';
