/** What engines are known not to do right yet. A test fails when one of these does pass: then it comes off the list. */

const everyEngine = [
  'kill switch',
  'quarantine',
  'quarantine of half of the hosts',
  'avoided honeypots',
  'a block that drops nothing leaves honeypots as they are',
  'containment that drops nothing leaves honeypots as they are',
  'a host that is half blocked still meets honeypots',
  'a host that is half contained still meets honeypots',
  'a slow group of honeypots does not keep hosts from a fast one',
  'two groups of honeypots have a clock each',
  'of two throttles the lower limit holds',
  'a quarantine of an hour ends what it isolates, not a share of all',
  'two kill switches',
  'blacklist and clean-up',
  'a kill switch leaves those it does not reach to honeypots',
];

export const notYetTwoHosts = {
  hosts: [...everyEngine, 'each host is throttled by its own rate'],
  probes: [...everyEngine, 'each host is throttled by its own rate'],
  stochastic: everyEngine,
};

/** Pairs of kinds in which some engine differs from the agents. */
export const notYetPairs = [];
