/** The scope file: which hosts, which actions, until when. */

export { checkScopeFile, readScopeFile, type ScopeFileCheck, scopeJsonSchema } from './scope-file.ts';
