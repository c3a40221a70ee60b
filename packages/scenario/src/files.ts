/** Files that people write for a running sensor and for responses, without the figures and reports that are slow to load. */

export { checkScopeFile, readScopeFile, type ScopeFileCheck, scopeJsonSchema } from './scope-file.ts';
export {
  type ActuatorEntry,
  checkRespondFile,
  type RespondFile,
  type RespondFileCheck,
  respondJsonSchema,
} from './respond-file.ts';
export type { DeliveryEntry } from './respond-deliveries.ts';

// The honeynet.
export { checkHoneynetFile, honeynetText, type HoneynetCheck } from './honeynet-file.ts';
export { honeynetJsonSchema } from './honeynet-file-schema.ts';
