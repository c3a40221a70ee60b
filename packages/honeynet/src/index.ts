/**
 * Virtual hosts, in Honeyd's words. Start with `model.ts`, the honeynet as data; `config/` reads it from files.
 */

export type * from './model.ts';
export {
  type ConfigurationResult,
  type ConfigurationSource,
  parseHoneydConfiguration,
} from './config/honeyd-parser.ts';
