/** `respond.yaml`: how a machine carries out responses. */

export type { DeliveryEntry } from './respond-deliveries.ts';
export { type ActuatorEntry, checkRespondFile, type RespondFile, respondJsonSchema } from './respond-file.ts';
