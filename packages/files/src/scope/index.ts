/** The scope file: which hosts, which actions, until when. */

export { checkScopeFile, readScopeFile, scopeJsonSchema } from './scope-file.ts';
