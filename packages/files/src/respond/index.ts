/** `respond.yaml`: how responses are carried out on a machine. */

export type { DeliveryEntry } from './respond-deliveries.ts';
export { type ActuatorEntry, checkRespondFile, type RespondFile, respondJsonSchema } from './respond-file.ts';
