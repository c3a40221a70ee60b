/** The files of an owner of responses, without the figures and reports that make the rest of this package slow to load. */

export { checkScopeFile, readScopeFile, type ScopeFileCheck, scopeJsonSchema } from './scope-file.ts';
export {
  type ActuatorEntry,
  checkRespondFile,
  type RespondFile,
  type RespondFileCheck,
  respondJsonSchema,
} from './respond-file.ts';
export type { DeliveryEntry } from './respond-deliveries.ts';
