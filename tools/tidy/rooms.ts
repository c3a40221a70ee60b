/** The plan of the house as tables (ARCHITECTURE.md, direction): what each package may import, and the order inside it. */

/** Packages: everything to the left of a package. */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ['base'],
  netstack: ['base', 'wire'],
  honeynet: ['base', 'wire', 'netstack'],
  epidemic: ['base'],
  defense: ['base', 'wire'],
  files: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense'],
  report: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense', 'files'],
  study: ['base', 'epidemic', 'defense', 'files', 'report'],
  lab: ['base', 'wire', 'netstack', 'honeynet', 'epidemic', 'defense', 'files', 'report'],
};

/**
 * Rooms of a package, the ground floor first: files at the top of `src` and folders, which end in a slash. A room imports
 * itself and the rooms before it. A package that is missing here has one room.
 */
export const roomsOf: Readonly<Record<string, readonly string[]>> = {
  base: [
    'assert.ts',
    'clock.ts',
    'event-queue.ts',
    'recent-map.ts',
    'math/',
    'trend/',
    'text/',
    'units/',
    'address/',
    'random/',
    'hash/',
    'calendar/',
    'id/',
  ],
  defense: ['observation.ts', 'verdict.ts', 'observe/', 'statistics/', 'evidence/', 'detect/', 'respond/'],
  epidemic: [
    'outbreak/',
    'dynamics/',
    'scan/',
    'countermeasure/',
    'reach/',
    'placement/',
    'engine/',
    'ensemble/',
    'observe/',
    'theory/',
  ],
  netstack: [
    'link/',
    'batch-clock.ts',
    'behavior.ts',
    'host.ts',
    'observer.ts',
    'network/',
    'plain-behavior.ts',
    'transport/',
    'stack.ts',
  ],
  honeynet: [
    'model.ts',
    'binding-table.ts',
    'ipv6-table.ts',
    'template-behavior.ts',
    'virtual-host.ts',
    'service/',
    'config/',
    'decoy-addresses.ts',
    'personality/',
    'dispatcher.ts',
    'log/',
    'event/',
    'metrics/',
    'source-system/',
    'topology/',
    'probe/',
    'explain.ts',
    'explain-words.ts',
  ],
  files: ['shape/', 'scenario/', 'honeynet/', 'scope/', 'known/', 'respond/', 'lab/'],
  report: ['result/', 'words/', 'figure/', 'table/', 'page/'],
  study: ['vary/', 'cell/', 'sweep/', 'plan/', 'fit/', 'bridge/'],
};
