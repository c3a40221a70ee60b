/** What the shipped scenarios are, in a line each; `apps/cli/src/sim/presets.test.ts` holds the list to the files. */

/** What one shipped scenario is. */
export interface PresetLine {
  /** Of the outbreak, or of the paper that describes it; null for cases of our own. */
  readonly year: number | null;
  readonly about: string;
}

/** The scenarios by their names. */
export const PRESETS: Readonly<Record<string, PresetLine>> = {
  blaster: { year: 2003, about: 'Blaster: address after address' },
  'code-red-37min': { year: 2001, about: 'Code Red v2 by its doubling time of 37 min' },
  'code-red-ii': { year: 2001, about: 'Code Red II: prefers the own /8 and /16' },
  'code-red-peak': { year: 2001, about: 'Code Red v2 by its 2,000 new hosts a minute' },
  'code-red-v2': { year: 2001, about: 'Code Red v2 by the fit of Staniford and others' },
  'conficker-a': { year: 2008, about: 'Conficker A: its generator misses most addresses' },
  'detected-by-contacts': { year: 2004, about: 'honeypots that detect the worm themselves' },
  enterprise: { year: null, about: 'a /16 with honeypots and a virus throttle' },
  'enterprise-contained': { year: null, about: 'a /16 whose honeypots stop a host in time' },
  'enterprise-uncontained': { year: null, about: 'the same with four times the delay: too late' },
  hajime: { year: 2016, about: 'Hajime: devices that lose it when they reboot' },
  'ipv6-lists': { year: 2006, about: 'a worm in IPv6 that takes candidates from lists' },
  mirai: { year: 2016, about: 'Mirai: 300,000 devices with known passwords' },
  morris: { year: 1988, about: 'the Internet worm, along tables of known hosts' },
  mozi: { year: 2019, about: 'Mozi: 1.5 million devices, and a kill switch' },
  nimda: { year: 2001, about: 'Nimda, its scanning: half of it in the own /16' },
  p2pinfect: { year: 2023, about: 'P2PInfect, a slow worm among database servers' },
  partitioned: { year: 2002, about: 'partitioned permutation scanning with a hitlist' },
  'provos-2004-20min': { year: 2004, about: '262,144 honeypots after 20 min' },
  'provos-2004-60min': { year: 2004, about: '262,144 honeypots after 60 min: too late' },
  'provos-2004-no-honeypots': { year: 2004, about: 'the same outbreak, left alone' },
  sasser: { year: 2004, about: 'Sasser: half of the probes near by' },
  'shai-hulud': { year: 2025, about: 'Shai-Hulud, from package to package' },
  slammer: { year: 2003, about: 'Slammer, until the networks are full' },
  'slammer-uncapped': { year: 2003, about: 'the first minutes of Slammer' },
  'small-campus': { year: null, about: 'one infected host on a campus, with honeypots' },
  'ucf-classroom': { year: null, about: "a class exercise of Zou's course at UCF" },
  wannacry: { year: 2017, about: 'WannaCry: own network, Internet, kill switch' },
  warhol: { year: 2001, about: 'the Warhol worm: hitlist and permutation' },
  'weaver-fast': { year: 2001, about: 'a fast uniform worm, to compare with warhol' },
  welchia: { year: 2003, about: 'Welchia against Blaster, as a model only' },
  witty: { year: 2004, about: 'Witty: 110 hosts at once, a gap in its addresses' },
};
